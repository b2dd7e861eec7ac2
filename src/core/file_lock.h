// Locks that the kernel lets go of when their holder ends, however it ends: open-file-description locks (fcntl(2)).
#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "core/fd.h"

namespace docket {

/// Takes the write lock of the whole of an open file. False if somebody else has it, or on an error: see errno.
bool try_lock(int fd) noexcept;

/// Whether somebody holds a lock of an open file; nothing on an error.
std::optional<bool> is_locked(int fd) noexcept;

/// Opens a file (made if there is none, mode 0600) and takes its lock; closing is letting go. Nothing if somebody has
/// it. Errors: io with the call and path.
Result<std::optional<Fd>> lock_file(const std::string& path);

}  // namespace docket
