// Looks at other processes by /proc.
#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace docket::engine::test {

/// All of a file, as far as it can be read: a process may end between the opening of its file and the reading, which
/// libstdc++ tells by an exception unless the stream itself does the reading.
inline std::string slurp(const std::filesystem::path& path) {
  const std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// What /proc/PID/stat says: pid (name) state parent …
struct ProcessStat {
  std::string name;
  char state = 'Z';  ///< Z also where there is no such process
  pid_t parent = 0;
};
inline ProcessStat stat_of(pid_t pid) {
  const auto stat = slurp("/proc/" + std::to_string(pid) + "/stat");
  const auto open = stat.find('(');
  const auto close = stat.rfind(')');
  if (close == std::string::npos) {
    return {};
  }
  return {stat.substr(open + 1, close - open - 1), stat[close + 2],
          static_cast<pid_t>(std::strtol(stat.c_str() + close + 4, nullptr, 10))};
}

/// A process is gone, or waits for its parent to take note.
inline bool has_ended(pid_t pid) {
  return stat_of(pid).state == 'Z';
}

/// The processes named `name` whose parent is `parent`, those that have ended left out.
inline std::vector<pid_t> children_of(pid_t parent, const std::string& name) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto pid = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (pid <= 0) {
      continue;
    }
    const auto stat = stat_of(pid);
    if (stat.state != 'Z' && stat.parent == parent && stat.name == name) {
      found.push_back(pid);
    }
  }
  return found;
}

/// Asks `condition` again and again until it holds. False if it does not within 30 s.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// A unit's child as soon as there is one, below any server of this process (which must be their subreaper); 0 if none
/// comes.
inline pid_t await_unit() {
  pid_t found = 0;
  eventually([&] {
    for (const auto server : children_of(::getpid(), "docket-engine")) {
      const auto units = children_of(server, "docket-unit");
      found = units.empty() ? found : units.front();
    }
    return found != 0;
  });
  return found;
}

/// Sends a signal to one process; false, and to nobody, for 0 and below, which are groups.
inline bool signal_one(pid_t pid, int number) {
  return pid > 0 && ::kill(pid, number) == 0;
}

/// The open descriptors of a process, and what they are. Nothing where we may not see them: those of a process that is
/// closed in are root's to see.
inline std::optional<std::map<int, std::string>> descriptors_of(pid_t pid) {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/" + std::to_string(pid) + "/fd", error);
  if (error) {
    return std::nullopt;
  }
  std::map<int, std::string> all;
  for (const auto& entry : folder) {
    all.emplace(std::atoi(entry.path().filename().c_str()), std::filesystem::read_symlink(entry.path(), error));
    if (error == std::errc::permission_denied) {
      return std::nullopt;
    }
  }
  return all;
}

/// One line of /proc/PID/status, without its name: "1" for "NoNewPrivs".
inline std::string status_of(pid_t pid, const std::string& name) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(name + ":\t", 0) == 0) {
      return line.substr(name.size() + 2);
    }
  }
  return {};
}

}  // namespace docket::engine::test
