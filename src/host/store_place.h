// Where a store may be, and whose. LMDB's locks and memory are shared by the processes of one machine that see each
// other's pids: on a network file system, or between pid namespaces (containers), they do not hold, and the store would
// be damaged unnoticed.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace docket {

/// The name of a file system that is not of this machine alone, by its number in statfs(2); empty for any other. FUSE
/// is among them: what is behind it cannot be told.
std::string_view network_file_system(long type) noexcept;

/// Whether the folder, or what there is of the path to it, lies on a local file system. Errors: store_unavailable,
/// which names it; io.
Result<void> check_file_system(const std::string& folder);

/// Whether processes of `user` can use the store in `folder`: whether its files belong to them. Looks at what every
/// store has, not into the spool; what is not there passes. The folder itself may be another's where this process is
/// root's: nginx gives it to its workers' user. For this process's own user it is enough that it may read and write.
/// Errors: forbidden, with a sentence that names both users and the command that mends it.
Result<void> check_store_owner(const std::string& folder, uid_t user);

/// The pid namespace of this process, as the kernel names it: "pid:[4026531836]". Empty where /proc does not tell.
std::string pid_namespace();

/// Whether all who hold lease files in `run_folder` (host/lease.h) are in this process's pid namespace;
/// store_unavailable if not.
Result<void> check_pid_namespaces(const std::string& run_folder);

}  // namespace docket
