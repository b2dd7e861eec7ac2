#include "work/request_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace docket {

Result<Fd> make_request_file(std::string_view bytes) {
  Fd file(::memfd_create("docket-request", MFD_CLOEXEC));
  if (!file) {
    return fail_errno("memfd_create", errno);
  }
  while (!bytes.empty()) {
    const auto size = ::write(file.get(), bytes.data(), bytes.size());
    if (size < 0 && errno != EINTR) {
      return fail_errno("write", errno);
    }
    bytes.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  return file;
}

}  // namespace docket
