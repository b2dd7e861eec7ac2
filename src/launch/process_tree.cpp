#include "launch/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/fd.h"

namespace docket::launch {
namespace {

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  bool ended = false;  ///< it waits for its parent to take note
};

/// proc_pid_stat(5): pid (name) state parent …
std::optional<Process> process_of(int proc, const char* name) {
  Process process;
  const std::string_view number(name);
  if (std::from_chars(number.data(), number.data() + number.size(), process.pid).ec != std::errc()) {
    return std::nullopt;
  }
  const Fd file(::openat(proc, (std::string(number) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> bytes{};
  const auto size = file ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
  const std::string_view text(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const auto name_end = text.rfind(')');  // the name can have brackets itself
  if (name_end == std::string_view::npos || name_end + 4 >= text.size()) {
    return std::nullopt;
  }
  process.ended = text[name_end + 2] == 'Z' || text[name_end + 2] == 'X';
  std::from_chars(text.data() + name_end + 4, text.data() + text.size(), process.parent);
  return process;
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), &::closedir);
  if (!folder) {
    return all;
  }
  const int proc = ::dirfd(folder.get());
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours
  for (const auto* entry = ::readdir(folder.get()); entry != nullptr; entry = ::readdir(folder.get())) {
    if (const auto process = process_of(proc, entry->d_name)) {
      all.push_back(*process);
    }
  }
  return all;
}

/// The living descendants of the calling process, without its children `kept` and what is below these.
std::vector<pid_t> descendants(std::span<const pid_t> kept) {
  const auto all = all_processes();
  std::set<pid_t> family{::getpid()};
  std::vector<pid_t> found;
  // A parent may stand behind its child: again until nothing changes.
  for (bool more = true; more;) {
    more = false;
    for (const auto& process : all) {
      if (family.contains(process.parent) && !family.contains(process.pid) &&
          std::ranges::find(kept, process.pid) == kept.end()) {
        family.insert(process.pid);
        more = true;
        if (!process.ended) {
          found.push_back(process.pid);
        }
      }
    }
  }
  return found;
}

/// Kills our own children, as the kernel lists them (proc_pid_task(5); not every kernel does). That takes so little
/// time that it catches those that have made another one and ended by the time that all of /proc is read.
void kill_children(std::span<const pid_t> kept) {
  const auto self = std::to_string(::getpid());
  const Fd file(::open(("/proc/self/task/" + self + "/children").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> bytes{};
  const auto size = file ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
  const char* at = bytes.data();
  const char* const end = at + (size > 0 ? size : 0);
  while (at < end) {
    pid_t pid = 0;
    const auto [behind, error] = std::from_chars(at, end, pid);
    if (error != std::errc() || behind == end) {
      return;  // the last one may be cut off
    }
    if (std::ranges::find(kept, pid) == kept.end()) {
      ::kill(pid, SIGKILL);
    }
    at = behind + 1;
  }
}

/// Kills all descendants but `kept`: first nobody goes on to make others, then all end. False if there was none.
bool kill_descendants(std::span<const pid_t> kept) {
  std::set<pid_t> stopped;
  // One that forks faster than we look is not held up for ever: who is not stopped is found in the next round.
  constexpr int most_rounds = 1000;
  for (int round = 0; round < most_rounds; ++round) {
    bool more = false;
    for (const auto pid : descendants(kept)) {
      if (stopped.insert(pid).second) {
        ::kill(pid, SIGSTOP);
        more = true;
      }
    }
    if (!more) {
      break;
    }
  }
  for (const auto pid : stopped) {
    ::kill(pid, SIGKILL);
  }
  kill_children(kept);
  return !stopped.empty();
}

}  // namespace

void ProcessTree::note(pid_t ended, int status) {
  if (ended == first_) {
    status_ = status;
  }
}

bool ProcessTree::reap() {
  for (;;) {
    int status = 0;
    const auto ended = ::waitpid(-1, &status, WNOHANG);
    if (ended > 0) {
      note(ended, status);
    } else if (ended == 0) {
      return true;
    } else if (errno != EINTR) {
      return false;  // ECHILD: whoever lost a parent would be our child
    }
  }
}

void ProcessTree::terminate() const {
  for (const int signal : {SIGTERM, SIGCONT}) {
    if (kinship_ == Kinship::pid_namespace) {
      ::kill(-1, signal);
      continue;
    }
    for (const auto pid : descendants({})) {
      ::kill(pid, signal);
    }
  }
}

void ProcessTree::kill_all() {
  while (reap()) {
    if (kinship_ == Kinship::pid_namespace) {
      ::kill(-1, SIGKILL);
    } else {
      kill_descendants({});
    }
    // The next of our own children; those of others come to us when these have ended, and one may have come since we
    // looked: it is not waited for without being killed.
    int status = 0;
    if (const auto ended = ::waitpid(-1, &status, WNOHANG); ended > 0) {
      note(ended, status);
    } else if (ended == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

void kill_orphans(std::span<const pid_t> kept) {
  for (;;) {
    const auto killed = kill_descendants(kept);
    bool reaped = false;
    for (const auto& process : all_processes()) {
      if (process.parent == ::getpid() && std::ranges::find(kept, process.pid) == kept.end()) {
        ::kill(process.pid, SIGKILL);  // it may have become ours since the others were killed
        reaped = ::waitpid(process.pid, nullptr, 0) > 0 || reaped;
      }
    }
    if (!killed && !reaped) {
      return;
    }
  }
}

}  // namespace docket::launch
