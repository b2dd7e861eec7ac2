#include "base/line_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/temp_folder.h"

namespace docket {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LineFilesTest : public testing::Test {
 protected:
  [[nodiscard]] static std::string text(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static Fd open(const std::string& path) {
    return Fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  }

  TempFolder folder;
  std::string path = folder.path() + "/jobs.log";
  std::string moved = folder.path() + "/jobs.log.1";
  std::vector<std::string> said;
  LineFiles files{true, [this](std::string_view line) { said.emplace_back(line); }};
};

TEST_F(LineFilesTest, LinesGoToTheEndOfTheirFile) {
  files.keep(path, open(path));
  files.append(path, "one\n");
  std::ofstream(path, std::ios::app) << "somebody else's\n";
  files.append(path, "two\nthree\n");
  EXPECT_EQ(text(path), "one\nsomebody else's\ntwo\nthree\n");
  EXPECT_THAT(said, ElementsAre());
}

TEST_F(LineFilesTest, AKeptFileIsKeptUntilItIsReopened) {
  files.keep(path, open(path));
  ASSERT_EQ(std::rename(path.c_str(), moved.c_str()), 0);
  files.append(path, "one\n");
  files.reopen(path);
  files.append(path, "two\n");
  files.append(path, "three\n");
  EXPECT_EQ(text(moved), "one\n");
  EXPECT_EQ(text(path), "two\nthree\n");
}

TEST_F(LineFilesTest, AFileThatIsNotKeptIsOpenedForEachTime) {
  files.append(path, "one\n");
  ASSERT_EQ(std::rename(path.c_str(), moved.c_str()), 0);
  files.append(path, "two\n");
  EXPECT_EQ(text(moved), "one\n");
  EXPECT_EQ(text(path), "two\n");
  files.reopen(path);  // does nothing
  files.append(path, "three\n");
  EXPECT_EQ(text(path), "two\nthree\n");
}

TEST_F(LineFilesTest, WhereNoFileIsToBeMadeNoneIs) {
  LineFiles careful(false, [this](std::string_view line) { said.emplace_back(line); });
  careful.append(path, "one\n");
  EXPECT_THAT(said, ElementsAre(HasSubstr(path)));
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
  open(path);
  careful.append(path, "two\n");
  EXPECT_EQ(text(path), "two\n");
}

TEST_F(LineFilesTest, AFailureIsToldOnceUntilItGoesWellAgain) {
  const auto lost = folder.path() + "/later/jobs.log";
  files.append(lost, "one\n");
  files.append(lost, "two\n");
  ASSERT_THAT(said, ElementsAre(HasSubstr("No such file")));
  EXPECT_THAT(said.front(), HasSubstr(lost));
  ASSERT_EQ(::mkdir((folder.path() + "/later").c_str(), 0700), 0);
  files.append(lost, "three\n");
  EXPECT_EQ(text(lost), "three\n");
  ASSERT_EQ(std::remove(lost.c_str()), 0);
  ASSERT_EQ(::rmdir((folder.path() + "/later").c_str()), 0);
  files.append(lost, "four\n");
  EXPECT_EQ(said.size(), 2U);
}

TEST_F(LineFilesTest, AFullDiskIsTold) {
  files.keep("/dev/full", open("/dev/full"));
  files.append("/dev/full", "one\n");
  EXPECT_THAT(said, ElementsAre(HasSubstr("No space left")));
}

TEST_F(LineFilesTest, WhatCannotBeOpenedAnewGoesOnInTheOldFile) {
  const auto inner = folder.path() + "/inner";
  ASSERT_EQ(::mkdir(inner.c_str(), 0700), 0);
  const auto log = inner + "/jobs.log";
  files.keep(log, open(log));
  const auto away = folder.path() + "/away";
  ASSERT_EQ(std::rename(inner.c_str(), away.c_str()), 0);
  files.reopen(log);
  files.append(log, "one\n");
  EXPECT_EQ(text(away + "/jobs.log"), "one\n");
  EXPECT_THAT(said, ElementsAre(HasSubstr("No such file")));
  ASSERT_EQ(::mkdir(inner.c_str(), 0700), 0);
  files.append(log, "two\n");
  EXPECT_EQ(text(log), "two\n");
}

TEST_F(LineFilesTest, LinesOfManyThreadsAreWholeWhileTheFileIsReopened) {
  files.keep(path, open(path));
  constexpr int lines = 500;
  std::vector<std::jthread> threads;
  for (char name = 'a'; name < 'e'; ++name) {
    threads.emplace_back([this, name] {
      const auto line = std::string(300, name) + "\n";
      for (int i = 0; i < lines; ++i) {
        files.append(path, line);
      }
    });
  }
  ASSERT_EQ(std::rename(path.c_str(), moved.c_str()), 0);
  files.reopen(path);
  for (auto& thread : threads) {
    thread.join();
  }
  std::istringstream all(text(moved) + text(path));
  int count = 0;
  for (std::string line; std::getline(all, line); ++count) {
    ASSERT_EQ(line, std::string(300, line.front()));
  }
  EXPECT_EQ(count, 4 * lines);
  EXPECT_THAT(said, ElementsAre());
}

}  // namespace
}  // namespace docket
