// How supervisors are forked: what the kernel allows of namespaces is found out once.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "launch/process_tree.h"

namespace docket::launch {

/// Where the server's children are made. Owned by the server, on its only thread.
class Nursery {
 public:
  /// Finds out what can be had, best first: a PID namespace with a /proc of its own, a PID namespace, a subreaper.
  /// Where namespaces need privileges, the calling process goes into a user namespace that has its own user and group
  /// only. It becomes a subreaper in any case: what a dead supervisor leaves behind is ours to end.
  static Nursery prepare();

  struct Child {
    pid_t pid = -1;  ///< 0 in the child
    Fd life;         ///< pidfd
  };
  /// fork(2), the child in namespaces of its own. It has one thread and shares nothing with the C library's view of
  /// thread ids: it must not raise() or abort().
  [[nodiscard]] Result<Child> fork_child() const;

  /// In the child: gives it a /proc that shows its own namespace only, and `shm` (if it is there) as /dev/shm. Whether
  /// there is such a /proc now.
  [[nodiscard]] bool furnish(const std::string& shm) const;

  [[nodiscard]] Kinship kinship() const noexcept { return kinship_; }
  /// Whether RLIMIT_NPROC counts our own processes only, and those of the programs: in a user namespace of ours, which
  /// has counts of its own since Linux 5.14. Elsewhere it counts all processes of the user, the server's and others'.
  [[nodiscard]] bool counts_own_processes() const noexcept { return counts_own_; }
  /// For people: "PID namespaces".
  [[nodiscard]] std::string description() const;

 private:
  Kinship kinship_ = Kinship::subreaper;
  bool own_mounts_ = false;
  bool counts_own_ = false;
};

}  // namespace docket::launch
