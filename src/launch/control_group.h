// Control groups of programs: cgroups(7), Documentation/admin-guide/cgroup-v2.rst.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/fd.h"

namespace docket::launch {

/// A program's group; removed with this, after whatever is still in it was killed. Owned by the server.
class ControlGroup {
 public:
  ControlGroup(ControlGroup&& other) noexcept;
  ControlGroup& operator=(ControlGroup&& other) noexcept;
  ~ControlGroup();

  /// cgroup.procs: a process that writes 0 there is in the group.
  [[nodiscard]] int processes() const noexcept { return processes_.get(); }

 private:
  friend class ControlGroups;
  ControlGroup(std::string folder, Fd processes) : folder_(std::move(folder)), processes_(std::move(processes)) {}
  void remove() noexcept;

  std::string folder_;
  Fd processes_;
};

/// Makes groups below the calling process's own, where that is of version 2, ours to change and nobody else's, as
/// systemd's Delegate=yes and containers make it. Everywhere else there are none, and limits are those of each process.
class ControlGroups {
 public:
  /// For tests, the places of another system: /proc/self/cgroup, and where its groups are mounted.
  struct System {
    std::string membership = "/proc/self/cgroup";
    std::string mount;  ///< empty: as /proc/self/mounts has it
    /// Called with a group's folder that was made: the kernel puts its files there by itself.
    std::function<void(const std::string&)> made;
  };

  /// Finds out whether groups can be made, and prepares for it: the calling process moves into a group of its own below
  /// the one that it was in, since no group with processes can have limited ones below.
  static ControlGroups prepare(const System& system);
  static ControlGroups prepare() { return prepare(System{}); }

  /// A new group with `memory` bytes (0: no limit) for all of its processes; nothing where there are none, or it cannot
  /// be made.
  [[nodiscard]] std::optional<ControlGroup> make(std::uint64_t memory) const;

  [[nodiscard]] bool usable() const noexcept { return !folder_.empty(); }

 private:
  std::string folder_;  ///< below which groups are made; empty: nowhere
  std::function<void(const std::string&)> made_;
};

}  // namespace docket::launch
