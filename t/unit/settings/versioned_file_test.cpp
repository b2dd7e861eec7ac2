#include "settings/versioned_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/temp_folder.h"

namespace docket::settings {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Result<void> any(const std::optional<std::string>& /*current*/) {
  return {};
}

class VersionedFileTest : public testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(path) << text; }

  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path + ".d")) {
      if (entry.path().filename() != "lock") {
        names.push_back(entry.path().filename().string());
      }
    }
    std::ranges::sort(names);
    return names;
  }

  TempFolder folder;
  std::string path = folder.path() + "/settings.yaml";
  VersionedFile file{path};
};

TEST_F(VersionedFileTest, AFileThatIsNotThereIsMade) {
  EXPECT_EQ(file.read().value(), std::nullopt);
  EXPECT_TRUE(file.versions().value().empty());
  std::optional<std::string> seen = "nothing";
  ASSERT_TRUE(file.replace("a: 1\n", "alice", 1000, [&](const auto& current) {
    seen = current;
    return Result<void>();
  }));
  EXPECT_EQ(seen, std::nullopt);
  EXPECT_EQ(file.read().value(), "a: 1\n");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
  const auto versions = file.versions().value();
  ASSERT_EQ(versions.size(), 1U);
  EXPECT_EQ(versions[0].number, 1U);
  EXPECT_EQ(versions[0].by, "alice");
  EXPECT_EQ(versions[0].at_ms, 1000);
  EXPECT_TRUE(versions[0].current);
  EXPECT_EQ(file.text_of(1).value(), "a: 1\n");
  EXPECT_EQ(file.text_of(2).error().code, ErrorCode::no_such_result);
}

TEST_F(VersionedFileTest, WhatOthersWroteIsKept) {
  write("# by hand\na: 1\n");
  ::chmod(path.c_str(), 0644);
  const auto before = file.versions().value();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].number, 0U);
  EXPECT_TRUE(before[0].current);
  ASSERT_TRUE(file.replace("a: 2\n", "bob \"x\"\n", 5000, any));
  auto versions = file.versions().value();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].by, "bob \"x\"\n");
  EXPECT_EQ(versions[1].by, "");
  EXPECT_EQ(file.text_of(1).value(), "# by hand\na: 1\n");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644) << "the file's permissions stay";
  write("a: 3\n");
  ASSERT_TRUE(file.replace("a: 4\n", "carol", 6000, any));
  versions = file.versions().value();
  ASSERT_EQ(versions.size(), 4U);
  EXPECT_EQ(file.text_of(3).value(), "a: 3\n");
}

TEST_F(VersionedFileTest, ARefusedChangeChangesNothing) {
  ASSERT_TRUE(file.replace("a: 1\n", "alice", 1, any));
  const auto refused = file.replace("a: 2\n", "bob", 2, [](const auto& current) {
    EXPECT_EQ(current, "a: 1\n");
    return Result<void>(fail(ErrorCode::precondition_failed, "no"));
  });
  EXPECT_EQ(refused.error().code, ErrorCode::precondition_failed);
  ASSERT_TRUE(file.replace("a: 1\n", "carol", 3, any)) << "the same text";
  EXPECT_EQ(kept(), (std::vector<std::string>{"1.yaml"}));
  EXPECT_EQ(file.versions().value()[0].by, "alice");
}

TEST_F(VersionedFileTest, TwentyFormerOnesAreKept) {
  for (int i = 1; i <= 30; ++i) {
    ASSERT_TRUE(file.replace("a: " + std::to_string(i) + "\n", "alice", i, any));
  }
  const auto versions = file.versions().value();
  ASSERT_EQ(versions.size(), VersionedFile::former_versions + 1);
  EXPECT_EQ(versions.front().number, 30U);
  EXPECT_EQ(versions.back().number, 10U);
  EXPECT_EQ(file.text_of(10).value(), "a: 10\n");
  EXPECT_FALSE(file.text_of(9));
}

TEST_F(VersionedFileTest, AProcessMayEndAnywhere) {
  ASSERT_TRUE(file.replace("a: 1\n", "alice", 1, any));
  ASSERT_TRUE(file.replace("a: 2\n", "bob", 2, any));
  const auto folder_path = path + ".d/";
  // Behind the replacement of the file: the version has not got its name.
  fs::rename(folder_path + "2.yaml", folder_path + "2.new");
  EXPECT_EQ(file.versions().value().front().by, "bob");
  ASSERT_TRUE(file.replace("a: 3\n", "carol", 3, any));
  EXPECT_EQ(kept(), (std::vector<std::string>{"1.yaml", "2.yaml", "3.yaml"}));
  // Before it: the version was never in force.
  fs::copy(folder_path + "1.yaml", folder_path + "4.new");
  EXPECT_EQ(file.versions().value().size(), 3U);
  ASSERT_TRUE(file.replace("a: 4\n", "dave", 4, any));
  EXPECT_EQ(kept(), (std::vector<std::string>{"1.yaml", "2.yaml", "3.yaml", "4.yaml"}));
  EXPECT_EQ(file.text_of(4).value(), "a: 4\n");
}

TEST_F(VersionedFileTest, StrangeFilesAreNoVersions) {
  ASSERT_TRUE(file.replace("a: 1\n", "alice", 1, any));
  std::ofstream(path + ".d/7.yaml") << "a: 7\n";
  std::ofstream(path + ".d/8.yaml") << "# {\"version\":-1}\na: 7\n";
  std::ofstream(path + ".d/9.yaml") << "# [\na: 7\n";
  std::ofstream(path + ".d/notes") << "# {}\n";
  EXPECT_EQ(file.versions().value().size(), 1U);
}

TEST_F(VersionedFileTest, ALinkIsFollowed) {
  fs::create_directory(folder.path() + "/elsewhere");
  std::ofstream(folder.path() + "/elsewhere/real.yaml") << "a: 1\n";
  fs::create_symlink("elsewhere/real.yaml", path);
  ASSERT_TRUE(file.replace("a: 2\n", "alice", 1, any));
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_EQ(file.read().value(), "a: 2\n");
}

TEST_F(VersionedFileTest, SaysWhatIsWrongWithAFile) {
  fs::create_directory(path);
  EXPECT_EQ(file.read().error().code, ErrorCode::store_unavailable);
  const VersionedFile nowhere(folder.path() + "/nowhere/settings.yaml");
  const auto refused = nowhere.replace("a: 1\n", "alice", 1, any);
  EXPECT_EQ(refused.error().code, ErrorCode::store_unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("user of nginx's workers"));
  fs::remove(path);
  write(std::string(VersionedFile::max_size + 1, ' '));
  EXPECT_THAT(file.read().error().detail, HasSubstr("64 KB"));
}

TEST_F(VersionedFileTest, OneOfManyWinsAndNoneIsLost) {
  constexpr int writers = 8;
  std::string current = "round: 0\n";
  ASSERT_TRUE(file.replace(current, "setup", 1, any));
  for (int round = 1; round <= 2; ++round) {
    std::atomic<int> won{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&, i] {
        const auto text = "round: " + std::to_string(round) + "\nby: " + std::to_string(i) + "\n";
        const auto done = VersionedFile(path).replace(text, std::to_string(i), round, [&](const auto& now) {
          return now == current ? Result<void>() : Result<void>(fail(ErrorCode::precondition_failed, "changed"));
        });
        won += done ? 1 : 0;
      });
    }
    for (auto& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(won, 1);
    current = file.read().value().value();
    EXPECT_EQ(file.versions().value().size(), static_cast<std::size_t>(round + 1));
  }
}

}  // namespace
}  // namespace docket::settings
