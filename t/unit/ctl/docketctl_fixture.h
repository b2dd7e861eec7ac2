// Runs docketctl as a program on a store that this process has open.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> some{};
  for (ssize_t n = 0; (n = ::read(fd, some.data(), some.size())) > 0;) {
    text.append(some.data(), static_cast<std::size_t>(n));
  }
  return text;
}

/// Runs docketctl. What it writes is small enough to fit into the pipes.
inline Ran run(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
  EXPECT_EQ(::pipe2(err.data(), O_CLOEXEC), 0);
  Fd read_out(out[0]);
  Fd write_out(out[1]);
  Fd read_err(err[0]);
  Fd write_err(err[1]);

  arguments.insert(arguments.begin(), DOCKETCTL_PROGRAM);
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts) {
      list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
  };
  posix_spawn_file_actions_t actions;
  EXPECT_EQ(::posix_spawn_file_actions_init(&actions), 0);
  ::posix_spawn_file_actions_adddup2(&actions, write_out.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, write_err.get(), 2);
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, DOCKETCTL_PROGRAM, &actions, nullptr, pointers(arguments).data(),
                          pointers(environment).data()),
            0);
  ::posix_spawn_file_actions_destroy(&actions);
  write_out.reset();
  write_err.reset();
  Ran ran;
  ran.out = read_all(read_out.get());
  ran.err = read_all(read_err.get());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  ran.code = WEXITSTATUS(status);
  return ran;
}

class Docketctl : public testing::Test {
 protected:
  void SetUp() override {
    store = backend.open();
    ASSERT_TRUE(store);
    driver.emplace(*store);
  }

  /// With this store.
  Ran ctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--store", backend.options.folder});
    return run(std::move(arguments));
  }

  /// A file of the spool with so many bytes in it, in the place that its job's record gives it.
  void write_file(const std::string& relative, std::size_t bytes) const {
    const auto path = backend.options.folder + "/spool/" + relative;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << std::string(bytes, 'x');
  }
  [[nodiscard]] bool has_file(const std::string& relative) const {
    return std::filesystem::exists(backend.options.folder + "/spool/" + relative);
  }

  LmdbBackend backend;
  std::unique_ptr<Store> store;
  std::optional<StoreDriver> driver;
};

}  // namespace docket
