#include "sandbox/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace docket {
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

constexpr std::uint64_t file_rights(int version) {
  if (version >= 5) {
    return first_rights(16);  // … LANDLOCK_ACCESS_FS_IOCTL_DEV
  }
  if (version >= 3) {
    return first_rights(15);  // … LANDLOCK_ACCESS_FS_TRUNCATE
  }
  return first_rights(version >= 2 ? 14 : 13);  // … LANDLOCK_ACCESS_FS_REFER, … LANDLOCK_ACCESS_FS_MAKE_SYM
}

// Those that a rule for a file can have.
constexpr std::uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                   LANDLOCK_ACCESS_FS_READ_FILE | (std::uint64_t{1} << 14U) | (std::uint64_t{1} << 15U);

constexpr std::uint64_t rights_of(FileRights rights) {
  constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  switch (rights) {
    case FileRights::read:
      return reading;
    case FileRights::execute:
      return reading | LANDLOCK_ACCESS_FS_EXECUTE;
    case FileRights::device:
      return of_files & ~std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE};
    case FileRights::change:
      return ~std::uint64_t{LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK};
  }
  return 0;
}

}  // namespace

int landlock_version() noexcept {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

Result<Fd> make_landlock_ruleset(int version, LandlockNetwork network) {
  RulesetAttributes all{.handled_access_fs = file_rights(version)};
  if (version >= 4 && network == LandlockNetwork::none) {
    all.handled_access_net = first_rights(2);  // bind and connect of TCP sockets
  }
  if (version >= 6) {
    all.scoped = first_rights(2);  // abstract unix sockets and signals to processes outside
  }
  Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0)));
  if (!ruleset) {
    return fail_errno("landlock_create_ruleset", errno);
  }
  return ruleset;
}

Result<void> allow_beneath(int ruleset, int version, int place, FileRights rights) {
  struct stat kind {};
  if (::fstat(place, &kind) != 0) {
    return fail_errno("fstat", errno);
  }
  landlock_path_beneath_attr rule{};
  rule.allowed_access =
      rights_of(rights) & file_rights(version) & (S_ISDIR(kind.st_mode) ? ~std::uint64_t{0} : of_files);
  rule.parent_fd = place;
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return fail_errno("landlock_add_rule", errno);
  }
  return {};
}

Result<void> allow_paths(int ruleset, int version, const std::vector<LandlockRule>& rules) {
  for (const auto& rule : rules) {
    const Fd opened(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
    if (!opened) {
      continue;
    }
    if (auto allowed = allow_beneath(ruleset, version, opened.get(), rule.rights); !allowed) {
      return allowed;
    }
  }
  return {};
}

Result<void> enter_landlock(int ruleset) {
  if (::syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
    return fail_errno("landlock_restrict_self", errno);
  }
  return {};
}

}  // namespace docket
