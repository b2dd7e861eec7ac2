#include "host/slots.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace docket {

Result<std::optional<Slot>> try_take_unit_slot(const std::string& run_folder, std::uint8_t pool, std::uint32_t count) {
  constexpr unsigned pool_shift = 32;  // there are fewer than 2^32 slots in a pool
  return try_take_slot(run_folder + "/slots", std::uint64_t{pool} << pool_shift, count);
}

Result<std::optional<Slot>> try_take_slot(const std::string& path, std::uint64_t first, std::uint32_t count) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail_errno("open " + path, errno);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    struct flock lock {};  // on a byte that need not exist
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(first + i);
    lock.l_len = 1;
    if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) {
      return Slot(std::move(file));
    }
    if (errno != EAGAIN && errno != EACCES) {
      return fail_errno("fcntl(F_OFD_SETLK) " + path, errno);
    }
  }
  return std::nullopt;
}

}  // namespace docket
