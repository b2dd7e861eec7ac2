// Closes a unit's child in: what it may use of the machine, and what it may ask of the kernel.
#pragma once

#include <linux/filter.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// What a child may use, for setrlimit(2).
struct ResourceLimits {
  std::uint64_t address_space = 0;  ///< bytes, with what was mapped before the fork; not enforced under ASan
  std::uint32_t cpu_seconds = 0;    ///< then SIGXCPU
};

/// Sets a limit of the calling process, as far as its present one allows: what the operator limits is not raised.
Result<void> lower_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard);

/// Limits the calling process for good: also no core file, few descriptors, no file without end.
Result<void> limit_resources(const ResourceLimits& limits);

/// The bytes that are mapped into the calling process.
Result<std::uint64_t> mapped_bytes();

/// Landlock rules and a seccomp program, prepared once by the fork server (which keeps it, single-threaded, until it
/// ends) and entered by each child. Inside: files below the given folders can be read, descriptors that are open can be
/// used as they are, and that is all: no other file, no socket, no new process or program, no signal to another
/// process.
class Sandbox {
 public:
  /// Prepares for reading below `folders` (those that are not there are left out). `strict`: an error where the kernel
  /// has no Landlock or no seccomp; else what there is is used. Without Landlock no file can be opened at all.
  static Result<Sandbox> prepare(const std::vector<std::string>& folders, bool strict);

  /// Closes the calling process in, which must have one thread only. There is no way back.
  /// An error leaves the process half closed in: it is to end.
  [[nodiscard]] Result<void> enter() const;

  /// What was found, for people: "landlock 7, seccomp".
  [[nodiscard]] std::string description() const;

  /// The descriptor that enter() needs; close-on-exec, number 10 or above; -1 without Landlock.
  [[nodiscard]] int ruleset() const noexcept { return ruleset_.get(); }

 private:
  Sandbox() = default;

  Fd ruleset_;
  int landlock_version_ = 0;  ///< 0: none
  std::vector<sock_filter> filter_;
};

}  // namespace docket
