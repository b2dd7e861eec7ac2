#include "launch/nursery.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>
#include <system_error>

namespace docket::launch {
namespace {

// What a trial found, as its exit code.
enum : int { nothing_works = 1, processes_work, mounts_work };

pid_t clone_child(std::uint64_t namespaces, int* life) {
  const auto flags = namespaces | CLONE_PIDFD | SIGCHLD;
  return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, life, nullptr, nullptr));
}

std::uint64_t namespaces_of(Kinship kinship, bool own_mounts) {
  return (kinship == Kinship::pid_namespace ? CLONE_NEWPID : 0) | (own_mounts ? CLONE_NEWNS : 0);
}

/// The exit code of a child; `nothing_works` where it has none.
int outcome_of(pid_t child) {
  int status = 0;
  pid_t ended = -1;
  while (child > 0 && (ended = ::waitpid(child, &status, 0)) < 0 && errno == EINTR) {
  }
  return child > 0 && ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : nothing_works;
}

bool mount_proc() {
  // What is mounted here is not to be seen by others; what others mount later may be seen here.
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 &&
         ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
}

/// What a child in new namespaces can do.
int try_namespaces() {
  int life = -1;
  auto child = clone_child(namespaces_of(Kinship::pid_namespace, true), &life);
  if (child == 0) {
    ::_exit(mount_proc() ? mounts_work : processes_work);
  }
  Fd with_mounts(child > 0 ? life : -1);
  if (const auto outcome = outcome_of(child); outcome != nothing_works) {
    return outcome;
  }
  child = clone_child(namespaces_of(Kinship::pid_namespace, false), &life);
  if (child == 0) {
    ::_exit(processes_work);
  }
  const Fd without(child > 0 ? life : -1);
  return outcome_of(child);
}

bool write_file(const char* path, std::string_view text) {
  const Fd file(::open(path, O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// user_namespaces(7): without privileges a process can map itself, once it has given up changing its groups.
bool enter_user_namespace() {
  const auto user = std::to_string(::geteuid());
  const auto group = std::to_string(::getegid());
  return ::unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", user + " " + user + " 1") &&
         write_file("/proc/self/gid_map", group + " " + group + " 1");
}

/// uname(2); false where it does not say.
bool is_kernel_at_least(int major, int minor) {
  utsname system{};
  int has_major = 0;
  int has_minor = 0;
  if (::uname(&system) != 0) {
    return false;
  }
  const std::string_view release(system.release);
  const auto* end = release.data() + release.size();
  const auto [dot, error] = std::from_chars(release.data(), end, has_major);
  if (error != std::errc() || dot == end || *dot != '.' || std::from_chars(dot + 1, end, has_minor).ec != std::errc()) {
    return false;
  }
  return has_major > major || (has_major == major && has_minor >= minor);
}

/// A trial in a child, before the calling process does what cannot be undone.
int try_user_namespace() {
  const auto child = ::fork();
  if (child == 0) {
    ::_exit(enter_user_namespace() ? try_namespaces() : nothing_works);
  }
  return outcome_of(child);
}

}  // namespace

Nursery Nursery::prepare() {
  Nursery nursery;
  static_cast<void>(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
  auto works = try_namespaces();
  if (works == nothing_works) {
    works = try_user_namespace();
    if (works != nothing_works && !enter_user_namespace()) {
      works = nothing_works;
    }
    nursery.counts_own_ = works != nothing_works && ::geteuid() != 0 && is_kernel_at_least(5, 14);
  }
  nursery.kinship_ = works == nothing_works ? Kinship::subreaper : Kinship::pid_namespace;
  nursery.own_mounts_ = works == mounts_work;
  return nursery;
}

Result<Nursery::Child> Nursery::fork_child() const {
  int life = -1;
  Child child;
  child.pid = clone_child(namespaces_of(kinship_, own_mounts_), &life);
  if (child.pid < 0) {
    return fail_errno("clone", errno);
  }
  child.life = Fd(child.pid > 0 ? life : -1);
  return child;
}

bool Nursery::furnish(const std::string& shm) const {
  if (!own_mounts_ || !mount_proc()) {
    return false;
  }
  // Without it there are no semaphores and no shared memory by name (shm_overview(7)), or those of everybody.
  static_cast<void>(::mount(shm.c_str(), "/dev/shm", nullptr, MS_BIND, nullptr));
  return true;
}

std::string Nursery::description() const {
  if (kinship_ == Kinship::subreaper) {
    return "no namespaces";
  }
  return own_mounts_ ? "PID namespaces with /proc" : "PID namespaces";
}

}  // namespace docket::launch
