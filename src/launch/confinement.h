// What a program may use of the machine and ask of the kernel.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "protocol/launch.h"
#include "sandbox/landlock.h"

namespace docket::launch {

/// Prepared once by the server, which owns it, and entered by each program's process before it executes the program.
/// Inside: the system and what its Request names can be read and executed, its `in` read, its `out` and `tmp` changed;
/// the usual devices; of /proc what is its own. No privileges, and no calls that programs of this kind have no business
/// with (sandbox/program_filter.h).
class Confinement {
 public:
  /// `strict`: an error where the kernel has no Landlock or no seccomp; else what there is is used.
  static Result<Confinement> prepare(bool strict);

  /// What a kernel that cannot close it in says to Request::strict; empty if it can.
  [[nodiscard]] const std::string& missing() const noexcept { return missing_; }

  /// Closes the calling process in, which must have one thread only, for good. `own_proc`: /proc shows the processes of
  /// this program only. An error leaves the process half closed in: it is to end.
  [[nodiscard]] Result<void> enter(const Request& request, bool own_proc) const;

  /// What was found, for people: "landlock 7, seccomp".
  [[nodiscard]] std::string description() const;

 private:
  struct Place {
    Fd place;
    FileRights rights = FileRights::read;
  };

  Confinement() = default;
  void open_system();
  [[nodiscard]] Result<void> enter_landlock_rules(const Request& request, bool own_proc) const;

  int landlock_version_ = 0;  ///< 0: none
  std::vector<Place> system_;
  std::vector<sock_filter> filter_;
  std::vector<sock_filter> network_filter_;
  std::string missing_;
};

/// Takes all capabilities from the calling process for good, as far as it has them: capabilities(7).
Result<void> drop_capabilities();

}  // namespace docket::launch
