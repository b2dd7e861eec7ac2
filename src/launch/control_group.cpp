#include "launch/control_group.h"

#include <fcntl.h>
#include <mntent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace docket::launch {
namespace {

// A stop for fork bombs, far above what programs start.
constexpr unsigned most_processes = 4096;
constexpr std::string_view own_leaf = "docket-launch";

std::string read_text(const std::string& path) {
  const std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool write_text(const std::string& path, std::string_view text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// Whether one of the words of a file is `word`.
bool has_word(const std::string& text, std::string_view word) {
  std::istringstream words(text);
  for (std::string one; words >> one;) {
    if (one == word) {
      return true;
    }
  }
  return false;
}

/// The path of the calling process's group in the tree of version 2: the line "0::/path".
std::string own_group(const std::string& membership) {
  std::istringstream lines(read_text(membership));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::/")) {
      return line.substr(3);
    }
  }
  return {};
}

/// Where the tree of version 2 is mounted.
std::string mount_of_groups() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> mounts(::setmntent("/proc/self/mounts", "re"), &::endmntent);
  mntent entry{};
  std::array<char, 4096> room{};
  while (mounts && ::getmntent_r(mounts.get(), &entry, room.data(), static_cast<int>(room.size())) != nullptr) {
    if (std::string_view(entry.mnt_type) == "cgroup2") {
      return entry.mnt_dir;
    }
  }
  return {};
}

bool has_controllers(const std::string& enabled) {
  return has_word(enabled, "memory") && has_word(enabled, "pids");
}

/// Gives groups below `folder` their controllers. The calling process is the only one in it, or it has them already.
bool enable_controllers(const std::string& folder) {
  if (has_controllers(read_text(folder + "/cgroup.subtree_control"))) {
    return true;
  }
  if (!has_controllers(read_text(folder + "/cgroup.controllers")) ||
      read_text(folder + "/cgroup.procs") != std::to_string(::getpid()) + "\n") {
    return false;
  }
  const auto leaf = folder + "/" + std::string(own_leaf);
  if ((::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) || !write_text(leaf + "/cgroup.procs", "0")) {
    return false;
  }
  return write_text(folder + "/cgroup.subtree_control", "+memory +pids");
}

}  // namespace

ControlGroup::ControlGroup(ControlGroup&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), processes_(std::move(other.processes_)) {}

ControlGroup& ControlGroup::operator=(ControlGroup&& other) noexcept {
  if (this != &other) {
    remove();
    folder_ = std::exchange(other.folder_, {});
    processes_ = std::move(other.processes_);
  }
  return *this;
}

ControlGroup::~ControlGroup() {
  remove();
}

void ControlGroup::remove() noexcept {
  if (!folder_.empty()) {
    // Linux 5.14. The program's supervisor has seen to it already: this is for what nobody thought of.
    const int file = ::openat(AT_FDCWD, (folder_ + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC);
    const Fd kill(file);
    static_cast<void>(kill && ::write(kill.get(), "1", 1) == 1);
    ::rmdir(folder_.c_str());
    folder_.clear();
  }
}

ControlGroups ControlGroups::prepare(const System& system) {
  ControlGroups groups;
  const auto mount = system.mount.empty() ? mount_of_groups() : system.mount;
  const auto own = own_group(system.membership);
  if (mount.empty() || own.empty()) {
    return groups;
  }
  const auto folder = own == "/" ? mount : mount + own;
  if (::access((folder + "/cgroup.procs").c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0 &&
      enable_controllers(folder)) {
    groups.folder_ = folder;
    groups.made_ = system.made;
  }
  return groups;
}

std::optional<ControlGroup> ControlGroups::make(std::uint64_t memory) const {
  if (!usable()) {
    return std::nullopt;
  }
  static std::uint64_t count = 0;
  auto folder = folder_ + "/docket-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  if (::mkdir(folder.c_str(), 0755) != 0) {
    return std::nullopt;
  }
  if (made_) {
    made_(folder);
  }
  ControlGroup group(folder, Fd(::open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)));
  const bool limited = (memory == 0 || write_text(folder + "/memory.max", std::to_string(memory))) &&
                       write_text(folder + "/pids.max", std::to_string(most_processes));
  // Nor may it go on in swap, or half of it be left. Not every kernel has these.
  static_cast<void>(write_text(folder + "/memory.swap.max", "0"));
  static_cast<void>(write_text(folder + "/memory.oom.group", "1"));
  return group.processes_ && limited ? std::optional(std::move(group)) : std::nullopt;
}

}  // namespace docket::launch
