#include "base/remove_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/fd.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

class RemoveTree : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (fs::temp_directory_path() / "docket-tree-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path_.data()), nullptr);
    folder_ = Fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(folder_);
  }
  void TearDown() override { fs::remove_all(path_); }

  [[nodiscard]] bool is_empty() const { return fs::is_empty(path_); }

  std::string path_;
  Fd folder_;
};

TEST_F(RemoveTree, WhatIsNotThereIsNoError) {
  EXPECT_TRUE(remove_tree(folder_.get(), "none"));
}

TEST_F(RemoveTree, AllIsRemovedAndLinksAreNotFollowed) {
  fs::create_directories(path_ + "/kept");
  std::ofstream(path_ + "/kept/file") << "x";
  fs::create_directories(path_ + "/gone/a/b");
  std::ofstream(path_ + "/gone/a/file") << "x";
  fs::create_directory_symlink(path_ + "/kept", path_ + "/gone/a/link");
  ASSERT_EQ(::mkfifo((path_ + "/gone/pipe").c_str(), 0600), 0);
  EXPECT_TRUE(remove_tree(folder_.get(), "gone"));
  EXPECT_FALSE(fs::exists(path_ + "/gone"));
  EXPECT_TRUE(fs::exists(path_ + "/kept/file"));
}

TEST_F(RemoveTree, AFileAndALinkAreRemovedToo) {
  std::ofstream(path_ + "/file") << "x";
  fs::create_symlink("nowhere", path_ + "/link");
  EXPECT_TRUE(remove_tree(folder_.get(), "file"));
  EXPECT_TRUE(remove_tree(folder_.get(), "link"));
  EXPECT_TRUE(is_empty());
}

TEST_F(RemoveTree, ModesDoNotKeepItFromThat) {
  fs::create_directories(path_ + "/gone/a/b");
  std::ofstream(path_ + "/gone/a/file") << "x";
  ASSERT_EQ(::chmod((path_ + "/gone/a").c_str(), 0), 0);
  ASSERT_EQ(::chmod((path_ + "/gone").c_str(), 0), 0);
  EXPECT_TRUE(remove_tree(folder_.get(), "gone"));
  EXPECT_TRUE(is_empty());
}

TEST_F(RemoveTree, FoldersMayBeDeeperThanPathsAndDescriptorsGo) {
  Fd at(::dup(folder_.get()));
  for (int depth = 0; depth < 3000; ++depth) {
    ASSERT_EQ(::mkdirat(at.get(), "d", 0700), 0) << depth;
    const Fd file(::openat(at.get(), "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_TRUE(file);
    at = Fd(::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  ASSERT_EQ(::unlinkat(folder_.get(), "f", 0), 0);
  EXPECT_TRUE(remove_tree(folder_.get(), "d"));
  EXPECT_TRUE(is_empty());
}

}  // namespace
}  // namespace docket
