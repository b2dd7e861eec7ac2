#include "engine/sandbox/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace docket::engine {
namespace {

// The kernel's struct as of version 6: the installed header may be older than the running kernel. An older kernel takes
// the bytes it does not know as long as they are zero.
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;  // version 4
  std::uint64_t scoped = 0;              // version 6
};

// Rights are numbered in the order in which the versions added them.
constexpr std::uint64_t first_rights(unsigned count) {
  return (std::uint64_t{1} << count) - 1;
}

RulesetAttributes everything(int version) {
  RulesetAttributes all;
  if (version >= 5) {
    all.handled_access_fs = first_rights(16);  // … LANDLOCK_ACCESS_FS_IOCTL_DEV
  } else if (version >= 3) {
    all.handled_access_fs = first_rights(15);  // … LANDLOCK_ACCESS_FS_TRUNCATE
  } else if (version >= 2) {
    all.handled_access_fs = first_rights(14);  // … LANDLOCK_ACCESS_FS_REFER
  } else {
    all.handled_access_fs = first_rights(13);  // … LANDLOCK_ACCESS_FS_MAKE_SYM
  }
  if (version >= 4) {
    all.handled_access_net = first_rights(2);  // bind and connect of TCP sockets
  }
  if (version >= 6) {
    all.scoped = first_rights(2);  // abstract unix sockets and signals to processes outside
  }
  return all;
}

}  // namespace

int landlock_version() noexcept {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

Result<Fd> make_landlock_ruleset(int version, const std::vector<std::string>& folders) {
  const auto attributes = everything(version);
  Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0)));
  if (!ruleset) {
    return fail_errno("landlock_create_ruleset", errno);
  }
  for (const auto& folder : folders) {
    const Fd place(::open(folder.c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY));
    if (!place) {
      continue;
    }
    landlock_path_beneath_attr rule{};
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    rule.parent_fd = place.get();
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
      return fail_errno("landlock_add_rule", errno);
    }
  }
  return ruleset;
}

Result<void> enter_landlock(int ruleset) {
  if (::syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
    return fail_errno("landlock_restrict_self", errno);
  }
  return {};
}

}  // namespace docket::engine
