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
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace docket::engine::test {

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The processes named `name` whose parent is `parent`, those that ended and were not waited for left out.
inline std::vector<pid_t> children_of(pid_t parent, const std::string& name) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto number = std::strtol(entry.path().filename().c_str(), nullptr, 10);
    if (number <= 0) {
      continue;
    }
    const auto stat = slurp(entry.path() / "stat");  // pid (name) state parent …
    const auto open = stat.find('(');
    const auto close = stat.rfind(')');
    if (close == std::string::npos || stat.substr(open + 1, close - open - 1) != name || stat[close + 2] == 'Z') {
      continue;
    }
    if (std::strtol(stat.c_str() + close + 4, nullptr, 10) == parent) {
      found.push_back(static_cast<pid_t>(number));
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

/// The first child of that name as soon as there is one; 0 if none comes.
inline pid_t await_child(pid_t parent, const std::string& name) {
  pid_t found = 0;
  eventually([&] {
    const auto all = children_of(parent, name);
    found = all.empty() ? 0 : all.front();
    return found != 0;
  });
  return found;
}

/// A process is gone, or waits for its parent to take note.
inline bool has_ended(pid_t pid) {
  const auto stat = slurp("/proc/" + std::to_string(pid) + "/stat");
  const auto close = stat.rfind(')');
  return close == std::string::npos || stat[close + 2] == 'Z';
}

/// The open descriptors of a process, and what they are.
inline std::map<int, std::string> descriptors_of(pid_t pid) {
  std::map<int, std::string> all;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    all.emplace(std::atoi(entry.path().filename().c_str()), std::filesystem::read_symlink(entry.path(), ignored));
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
