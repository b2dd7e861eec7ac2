#include "host/shared_marks.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace docket {
namespace {

/// A lock on the byte of a mark. Its end has to be an offset, too.
struct flock lock_on(std::uint64_t number, short type) noexcept {
  constexpr std::uint64_t numbers = std::uint64_t{1} << 62U;
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(number % numbers);
  lock.l_len = 1;
  return lock;
}

}  // namespace

Result<SharedMarks> SharedMarks::open(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail_errno("open " + path, errno);
  }
  return SharedMarks(std::move(file));
}

bool SharedMarks::set(std::uint64_t number) noexcept {
  auto lock = lock_on(number, F_RDLCK);
  return ::fcntl(file_.get(), F_OFD_SETLK, &lock) == 0;
}

void SharedMarks::clear(std::uint64_t number) noexcept {
  auto lock = lock_on(number, F_UNLCK);
  (void)::fcntl(file_.get(), F_OFD_SETLK, &lock);
}

bool SharedMarks::is_set_elsewhere(std::uint64_t number) const noexcept {
  // Would a lock that shares with nobody have to wait? Our own is no hindrance: it would be exchanged.
  auto lock = lock_on(number, F_WRLCK);
  return ::fcntl(file_.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

}  // namespace docket
