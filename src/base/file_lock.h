// Locks that the kernel lets go of when their holder ends, however it ends: open-file-description locks (fcntl(2)).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// Takes the write lock of the whole of an open file. False if somebody else has it, or on an error: see errno.
bool try_lock(int fd) noexcept;

/// Whether somebody holds a lock of an open file; nothing on an error.
std::optional<bool> is_locked(int fd) noexcept;

/// Whether the file open as `fd` is the one that has the name `path` now.
bool has_name(int fd, const std::string& path) noexcept;

/// Opens a file (made if there is none, mode 0600) and takes its lock; closing the file releases it. Nothing if it is
/// locked already. Errors: io with the call and path.
Result<std::optional<Fd>> lock_file(const std::string& path);

/// The same, but waits for the lock for as long as somebody else has it: for threads that may block.
Result<Fd> wait_for_lock(const std::string& path);

/// A lock by a name that is there while it is held. Movable; the file is removed and the lock released when it is
/// destroyed. After a kill the file stays behind, unlocked.
class NameLock {
 public:
  /// Makes the file, or takes one that was left behind. Nothing if somebody has the lock.
  static Result<std::optional<NameLock>> take(std::string path);

  NameLock(NameLock&&) noexcept = default;
  NameLock& operator=(NameLock&&) = delete;
  ~NameLock();

 private:
  NameLock(std::string path, Fd file) noexcept : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Fd file_;  ///< none: moved from
};

}  // namespace docket
