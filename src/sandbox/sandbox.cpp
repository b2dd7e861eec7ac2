#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "sandbox/landlock.h"
#include "sandbox/seccomp_filter.h"

namespace docket {
namespace {

// Children have their own descriptors below this; see Sandbox::ruleset().
constexpr int lowest_ruleset = 10;

constexpr rlim_t most_descriptors = 64;
// Far above what pages and results take, and a stop for a loop that writes. Beyond it write() answers EFBIG.
constexpr rlim_t largest_file = rlim_t{1} << 34;

}  // namespace

Result<void> lower_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  rlimit present{};
  if (::getrlimit(resource, &present) != 0) {
    return fail_errno("getrlimit", errno);
  }
  // What the operator's own limits allow is not raised.
  const auto at_most = [&](rlim_t value) { return present.rlim_max == RLIM_INFINITY || value < present.rlim_max; };
  const rlimit wanted{at_most(soft) ? soft : present.rlim_max, at_most(hard) ? hard : present.rlim_max};
  if (::setrlimit(resource, &wanted) != 0) {
    return fail_errno("setrlimit", errno);
  }
  return {};
}

Result<void> limit_resources(const ResourceLimits& limits) {
  auto done = lower_limit(RLIMIT_CORE, 0, 0);
#ifndef __SANITIZE_ADDRESS__  // whose shadow takes terabytes of address space
  done = done ? lower_limit(RLIMIT_AS, limits.address_space, limits.address_space) : done;
#endif
  done = done ? lower_limit(RLIMIT_CPU, limits.cpu_seconds, rlim_t{limits.cpu_seconds} + 1) : done;
  done = done ? lower_limit(RLIMIT_FSIZE, largest_file, largest_file) : done;
  return done ? lower_limit(RLIMIT_NOFILE, most_descriptors, most_descriptors) : done;
}

Result<std::uint64_t> mapped_bytes() {
  const Fd file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  if (!file) {
    return fail_errno("open /proc/self/statm", errno);
  }
  std::array<char, 128> text{};
  const auto size = ::read(file.get(), text.data(), text.size());
  std::uint64_t pages = 0;
  const auto* end = text.data() + (size > 0 ? size : 0);
  if (std::from_chars(text.data(), end, pages).ec != std::errc()) {
    return fail(ErrorCode::io, "/proc/self/statm has no number");
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<Sandbox> Sandbox::prepare(const std::vector<std::string>& folders, bool strict) {
  Sandbox sandbox;
  sandbox.landlock_version_ = docket::landlock_version();
  const bool seccomp = has_seccomp();
  if (strict && (sandbox.landlock_version_ == 0 || !seccomp)) {
    return fail(ErrorCode::engine_lost, std::string("this kernel has no ") + (seccomp ? "Landlock" : "seccomp filter") +
                                            ", which docket_sandbox strict demands");
  }
  if (sandbox.landlock_version_ > 0) {
    auto ruleset = make_landlock_ruleset(sandbox.landlock_version_);
    if (!ruleset) {
      return pass_on(ruleset);
    }
    std::vector<LandlockRule> rules;
    rules.reserve(folders.size());
    for (const auto& folder : folders) {
      rules.push_back({.path = folder, .rights = FileRights::read});
    }
    if (auto allowed = allow_paths(ruleset->get(), sandbox.landlock_version_, rules); !allowed) {
      return pass_on(allowed);
    }
    sandbox.ruleset_ = Fd(::fcntl(ruleset->get(), F_DUPFD_CLOEXEC, lowest_ruleset));
    if (!sandbox.ruleset_) {
      return fail_errno("fcntl", errno);
    }
  }
  if (seccomp) {
    auto filter = make_seccomp_filter(sandbox.landlock_version_ > 0);
    if (!filter) {
      return pass_on(filter);
    }
    sandbox.filter_ = std::move(*filter);
  }
  return sandbox;
}

Result<void> Sandbox::enter() const {
  // Without privileges to gain, so that filters are allowed; and not for a sibling of the same user to look into.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail_errno("prctl", errno);
  }
  if (ruleset_) {
    if (auto entered = enter_landlock(ruleset_.get()); !entered) {
      return entered;
    }
    ::close(ruleset_.get());  // the number stays ours in the parent; this process never returns
  }
  return filter_.empty() ? Result<void>{} : enter_seccomp(filter_);
}

std::string Sandbox::description() const {
  return (landlock_version_ > 0 ? "landlock " + std::to_string(landlock_version_) : "no landlock") +
         (filter_.empty() ? ", no seccomp" : ", seccomp");
}

}  // namespace docket
