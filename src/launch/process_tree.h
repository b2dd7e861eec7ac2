// All processes below one: a program and whatever it has started, double forks and new sessions included.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace docket::launch {

/// How the descendants of a process are held together.
enum class Kinship : std::uint8_t {
  pid_namespace,  ///< it is the first process of a PID namespace: kill(-1, …) is for all others, and its end is theirs
  subreaper,      ///< orphans become its children; they are found in /proc
};

/// All that descends from the calling process, which is the first of a PID namespace or a subreaper. A member of the
/// supervisor; nobody else in the process waits for children.
class ProcessTree {
 public:
  explicit ProcessTree(Kinship kinship) : kinship_(kinship) {}

  /// The program's first process, whose status is wanted.
  void watch(pid_t first) { first_ = first; }

  /// Takes note of those that have ended. False if none is left.
  bool reap();

  /// Asks all to end: SIGTERM, and SIGCONT for those that are stopped.
  void terminate() const;

  /// Ends all that there are, and waits for it.
  void kill_all();

  /// The first process's status as of waitpid(2), once it has ended.
  [[nodiscard]] std::optional<int> status() const noexcept { return status_; }

 private:
  void note(pid_t ended, int status);

  Kinship kinship_;
  pid_t first_ = -1;
  std::optional<int> status_;
};

/// For a subreaper that has other children, too, whose pids are `kept`: ends and reaps all other descendants.
void kill_orphans(std::span<const pid_t> kept);

}  // namespace docket::launch
