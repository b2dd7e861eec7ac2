// A folder of a test's own, and a process that can be killed.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/fd.h"

namespace docket {

/// Makes a folder, below the system's one for temporary files, and removes it with all that is in it.
class TempFolder {
 public:
  explicit TempFolder(const std::filesystem::path& where = std::filesystem::temp_directory_path()) {
    auto name = (where / "docket-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A child that does `work`, says what it returned, and lives until it is killed. Owned by the test that made it.
class OtherProcess {
 public:
  template <class Work>
  explicit OtherProcess(Work work) {
    int ends[2];
    if (::pipe(ends) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
    const Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0) {
      throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (pid_ == 0) {
      const auto held = work();  // lives as long as the process
      const std::string text = held.second;
      const bool told = ::write(write_end.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
      write_end.reset();
      while (told) {
        ::pause();
      }
      ::_exit(1);
    }
    write_end.reset();
    char buffer[256];
    for (ssize_t size = 0; (size = ::read(read_end.get(), buffer, sizeof buffer)) > 0;) {
      said_.append(buffer, static_cast<std::size_t>(size));
    }
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() { kill(); }

  [[nodiscard]] const std::string& said() const { return said_; }

  /// Ends it by SIGKILL and waits until it is gone.
  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }
  }

 private:
  pid_t pid_ = -1;
  std::string said_;
};

}  // namespace docket
