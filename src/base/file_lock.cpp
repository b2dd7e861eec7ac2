#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace docket {
namespace {

struct flock whole_file() noexcept {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;  // l_len 0: to the end, however far that is; l_pid 0, as these locks demand
}

Result<Fd> open_to_lock(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail_errno("open " + path, errno);
  }
  return file;
}

/// Tries for a name. Only a file that was removed between its opening and its lock costs one.
constexpr int max_tries = 10;

}  // namespace

bool try_lock(int fd) noexcept {
  auto lock = whole_file();
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

std::optional<bool> is_locked(int fd) noexcept {
  auto lock = whole_file();
  if (::fcntl(fd, F_OFD_GETLK, &lock) != 0) {
    return std::nullopt;
  }
  return lock.l_type != F_UNLCK;
}

bool has_name(int fd, const std::string& path) noexcept {
  struct stat open_file {};
  struct stat named {};
  return ::fstat(fd, &open_file) == 0 && ::lstat(path.c_str(), &named) == 0 && open_file.st_dev == named.st_dev &&
         open_file.st_ino == named.st_ino;
}

Result<std::optional<Fd>> lock_file(const std::string& path) {
  auto file = open_to_lock(path);
  if (!file) {
    return pass_on(file);
  }
  if (try_lock(file->get())) {
    return std::optional(std::move(*file));
  }
  if (errno != EAGAIN && errno != EACCES) {
    return fail_errno("fcntl(F_OFD_SETLK) " + path, errno);
  }
  return std::nullopt;
}

Result<Fd> wait_for_lock(const std::string& path) {
  auto file = open_to_lock(path);
  while (file) {
    auto lock = whole_file();
    if (::fcntl(file->get(), F_OFD_SETLKW, &lock) == 0) {
      break;
    }
    if (errno != EINTR) {
      return fail_errno("fcntl(F_OFD_SETLKW) " + path, errno);
    }
  }
  return file;
}

Result<std::optional<NameLock>> NameLock::take(std::string path) {
  for (int attempt = 0; attempt < max_tries; ++attempt) {
    auto file = lock_file(path);
    if (!file) {
      return pass_on(file);
    }
    if (!*file) {
      return std::nullopt;
    }
    // Who had it before may have removed the name after we opened it: then this is a lock on nothing.
    if (has_name((*file)->get(), path)) {
      return NameLock(std::move(path), std::move(**file));
    }
  }
  return fail(ErrorCode::io, path + " could not be kept");
}

NameLock::~NameLock() {
  if (file_ && has_name(file_.get(), path_)) {
    ::unlink(path_.c_str());  // still locked by us: no other process has it
  }
}

}  // namespace docket
