#include "sandbox/seccomp_rules.h"

#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"

namespace docket {

Result<std::vector<sock_filter>> compile_filter(scmp_filter_ctx context) {
  const Fd file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file) {
    return fail_errno("memfd_create", errno);
  }
  if (const int result = ::seccomp_export_bpf(context, file.get()); result < 0) {
    return fail_errno("seccomp_export_bpf", -result);
  }
  struct stat written {};
  if (::fstat(file.get(), &written) != 0) {
    return fail_errno("fstat", errno);
  }
  std::vector<sock_filter> program(static_cast<std::size_t>(written.st_size) / sizeof(sock_filter));
  if (::pread(file.get(), program.data(), program.size() * sizeof(sock_filter), 0) != written.st_size) {
    return fail_errno("pread", errno);
  }
  return program;
}

Result<void> load_filter(std::span<const sock_filter> program) {
  const sock_fprog described{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &described) != 0) {
    return fail_errno("seccomp", errno);
  }
  return {};
}

}  // namespace docket
