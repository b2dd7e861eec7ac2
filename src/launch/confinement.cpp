#include "launch/confinement.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "sandbox/program_filter.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/seccomp_rules.h"

namespace docket::launch {
namespace {

// Programs, their libraries and what these read. Not /var and /run but for caches and the resolver.
constexpr std::array<const char*, 12> executable{"/usr",    "/bin",    "/sbin",     "/lib", "/lib32", "/lib64",
                                                 "/libx32", "/libo32", "/libilp32", "/etc", "/opt",   "/nix/store"};
constexpr std::array<const char*, 10> readable{
    "/var/cache/fontconfig", "/sys/devices/system/cpu",
    "/run/systemd/resolve",  "/proc/cpuinfo",
    "/proc/meminfo",         "/proc/stat",
    "/proc/filesystems",     "/proc/version",
    "/proc/loadavg",         "/proc/sys",
};
constexpr std::array<const char*, 6> devices{"/dev/null",   "/dev/zero",    "/dev/full",
                                             "/dev/random", "/dev/urandom", "/dev/tty"};

/// Those behind a link into /usr, as most systems have them, need no rule of their own.
bool is_in_usr(const char* path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return !error && target.native() != path && target.native().starts_with("/usr/");
}

/// The folder of a file; empty for the root, of which a rule would be one for everything.
std::string folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  return folder == folder.root_path() ? std::string() : folder.string();
}

}  // namespace

Result<Confinement> Confinement::prepare(bool strict) {
  Confinement confinement;
  confinement.landlock_version_ = landlock_version();
  const bool seccomp = has_seccomp();
  if (confinement.landlock_version_ == 0 || !seccomp) {
    confinement.missing_ = std::string("this kernel has no ") + (seccomp ? "Landlock" : "seccomp filter") +
                           ", which docket_sandbox strict demands";
    if (strict) {
      return fail(ErrorCode::engine_lost, confinement.missing_);
    }
  }
  if (confinement.landlock_version_ > 0) {
    confinement.open_system();
  }
  if (seccomp) {
    for (const bool network : {false, true}) {
      auto filter = make_program_filter(network);
      if (!filter) {
        return pass_on(filter);
      }
      (network ? confinement.network_filter_ : confinement.filter_) = std::move(*filter);
    }
  }
  return confinement;
}

void Confinement::open_system() {
  const auto add = [this](const char* path, FileRights rights) {
    Fd place(::open(path, O_PATH | O_CLOEXEC));
    if (place && !is_in_usr(path)) {
      system_.push_back({std::move(place), rights});
    }
  };
  for (const auto* path : executable) {
    add(path, FileRights::execute);
  }
  for (const auto* path : readable) {
    add(path, FileRights::read);
  }
  for (const auto* path : devices) {
    add(path, FileRights::device);
  }
}

Result<void> Confinement::enter(const Request& request, bool own_proc) const {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail_errno("prctl", errno);
  }
  if (landlock_version_ > 0) {
    if (auto entered = enter_landlock_rules(request, own_proc); !entered) {
      return entered;
    }
  }
  const auto& filter = request.network ? network_filter_ : filter_;
  return filter.empty() ? Result<void>{} : load_filter(filter);
}

Result<void> Confinement::enter_landlock_rules(const Request& request, bool own_proc) const {
  const auto version = landlock_version_;
  const auto ruleset = make_landlock_ruleset(version, request.network ? LandlockNetwork::all : LandlockNetwork::none);
  if (!ruleset) {
    return pass_on(ruleset);
  }
  for (const auto& [place, rights] : system_) {
    if (auto allowed = allow_beneath(ruleset->get(), version, place.get(), rights); !allowed) {
      return allowed;
    }
  }
  const auto& program = request.arguments.front();
  std::vector<LandlockRule> rules{
      {program, FileRights::execute},
      {request.folder + "/in", FileRights::read},
      {request.folder + "/out", FileRights::change},
      {request.folder + "/tmp", FileRights::change},
      // Elsewhere than in a /proc of its own a process finds itself, but not what it starts.
      {own_proc ? "/proc" : "/proc/self", FileRights::read},
  };
  for (const auto& path : request.readable) {
    rules.push_back({path, FileRights::execute});
  }
  if (auto folder = folder_of(program); !folder.empty()) {
    rules.push_back({std::move(folder), FileRights::execute});
  }
  std::error_code error;
  if (const auto target = std::filesystem::canonical(program, error); !error && target.native() != program) {
    if (auto folder = folder_of(target.native()); !folder.empty()) {
      rules.push_back({std::move(folder), FileRights::execute});
    }
  }
  if (auto allowed = allow_paths(ruleset->get(), version, rules); !allowed) {
    return allowed;
  }
  return enter_landlock(ruleset->get());
}

std::string Confinement::description() const {
  return (landlock_version_ > 0 ? "landlock " + std::to_string(landlock_version_) : "no landlock") +
         (filter_.empty() ? ", no seccomp" : ", seccomp");
}

Result<void> drop_capabilities() {
  // Up to the last that the kernel knows. Without CAP_SETPCAP there is nothing in the set that could be gained:
  // no_new_privs sees to it.
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
      break;
    }
  }
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) {
    return fail_errno("capset", errno);
  }
  return {};
}

}  // namespace docket::launch
