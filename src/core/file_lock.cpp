#include "core/file_lock.h"

#include <fcntl.h>

#include <cerrno>

namespace docket {
namespace {

struct flock whole_file() noexcept {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;  // l_len 0: to the end, however far that is; l_pid 0, as these locks demand
}

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

Result<std::optional<Fd>> lock_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail_errno("open " + path, errno);
  }
  if (try_lock(file.get())) {
    return std::optional(std::move(file));
  }
  if (errno != EAGAIN && errno != EACCES) {
    return fail_errno("fcntl(F_OFD_SETLK) " + path, errno);
  }
  return std::nullopt;
}

}  // namespace docket
