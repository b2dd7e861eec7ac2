// Attempts in a child process: how they end, without an end of the test itself.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/fd.h"
#include "engine/processes.h"

namespace docket::test {

namespace fs = std::filesystem;

/// How an attempt ended: with a value, or by a signal.
struct Outcome {
  int signal = 0;
  int value = -1;
};

/// What an attempt gives back: 0, or errno.
inline int error_of(long result) {
  return result < 0 ? errno : 0;
}

/// What needs nothing of the kernel's.
class ChildTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("docket-sandbox-" + std::to_string(::getpid()));
    fs::create_directories(root_ / "fonts");
    fs::create_directories(root_ / "store");
    std::ofstream(root_ / "fonts/font") << "a font";
    std::ofstream(root_ / "store/data.mdb") << "everybody's jobs";
  }
  void TearDown() override { fs::remove_all(root_); }

  static Outcome in_child(const std::function<int()>& what) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const Fd from(ends[0]);
    Fd to(ends[1]);
    const auto child = ::fork();
    if (child == 0) {
      const int value = what();
      const auto told = ::write(to.get(), &value, sizeof(value));
      ::_exit(told == sizeof(value) ? 0 : 1);
    }
    to.reset();
    Outcome outcome;
    int status = 0;
    if (::read(from.get(), &outcome.value, sizeof(outcome.value)) != sizeof(outcome.value)) {
      outcome.value = -1;
    }
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return outcome;
  }

  [[nodiscard]] std::string path(const char* name) const { return (root_ / name).string(); }

  fs::path root_;
};

}  // namespace docket::test
