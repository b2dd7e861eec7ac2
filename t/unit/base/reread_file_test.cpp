#include "base/reread_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/temp_folder.h"

namespace docket {
namespace {

constexpr std::int64_t now_ms = 1'700'000'000'000;

class RereadFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.path() + "/file"; }

  /// Writes the file in place, as if at `modified_ms`.
  void write(const std::string& text, std::int64_t modified_ms, const std::string& to = {}) const {
    const auto where = to.empty() ? path() : to;
    std::ofstream(where) << text;
    const timespec time{.tv_sec = modified_ms / 1000, .tv_nsec = modified_ms % 1000 * 1'000'000};
    const timespec times[2] = {time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, where.c_str(), times, 0), 0);
  }

  TempFolder folder_;
};

TEST_F(RereadFileTest, ReadsTheWholeFile) {
  write("one\ntwo\n", now_ms);
  RereadFile file(path(), 1024);
  EXPECT_TRUE(file.exists());
  EXPECT_EQ(file.read().value_or("?"), "one\ntwo\n");
  EXPECT_FALSE(file.is_due(now_ms + 10'000));
}

TEST_F(RereadFileTest, SaysWhyItCannotBeRead) {
  RereadFile file(path(), 4096);
  EXPECT_FALSE(file.exists());
  EXPECT_EQ(file.read().error().code, ErrorCode::io);
  EXPECT_FALSE(file.is_due(now_ms)) << "it has been told";
  write(std::string(4097, 'x'), now_ms);
  EXPECT_EQ(file.read().error().detail, "it is no file of at most 4 KB");
  EXPECT_EQ(RereadFile(folder_.path(), 4U << 20U).read().error().detail, "it is no file of at most 4 MB");
}

TEST_F(RereadFileTest, FifoIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(RereadFile(path(), 1024).read().error().code, ErrorCode::bad_option);
}

TEST_F(RereadFileTest, WhatWasModifiedASecondAgoIsDue) {
  write("one", now_ms);
  RereadFile file(path(), 1024);
  ASSERT_TRUE(file.read());
  write("another", now_ms + 5000);
  EXPECT_FALSE(file.is_due(now_ms + 5500)) << "it may be half of it";
  EXPECT_TRUE(file.is_due(now_ms + 6000));
  EXPECT_EQ(file.read().value_or("?"), "another");
  EXPECT_FALSE(file.is_due(now_ms + 6000));
}

TEST_F(RereadFileTest, HalfAFileIsWaitedOut) {
  write("one", now_ms);
  RereadFile file(path(), 1024);
  ASSERT_TRUE(file.read());
  write("an", now_ms + 5000);
  EXPECT_FALSE(file.is_due(now_ms + 5100));
  write("anoth", now_ms + 5900);
  EXPECT_FALSE(file.is_due(now_ms + 6100)) << "it was written to since";
  EXPECT_TRUE(file.is_due(now_ms + 6900));
}

// Such a file comes from a machine, or was made by a program, whose clock is ahead.
TEST_F(RereadFileTest, FileOfTheFutureIsDueWhenItStaysTheSame) {
  write("one", now_ms);
  RereadFile file(path(), 1024);
  ASSERT_TRUE(file.read());
  write("another", now_ms + 3'600'000);
  EXPECT_FALSE(file.is_due(now_ms));
  EXPECT_FALSE(file.is_due(now_ms + 900));
  EXPECT_TRUE(file.is_due(now_ms + 1000));
}

TEST_F(RereadFileTest, RenamedFileIsDueAtOnceWhereItIsTakenForWhole) {
  write("one", now_ms);
  RereadFile careful(path(), 1024);
  RereadFile trusting(path(), 1024, RereadFile::Replaced::whole);
  ASSERT_TRUE(careful.read() && trusting.read());
  write("another", now_ms + 5000, folder_.path() + "/new");
  std::filesystem::rename(folder_.path() + "/new", path());
  EXPECT_FALSE(careful.is_due(now_ms + 5000));
  EXPECT_TRUE(trusting.is_due(now_ms + 5000));
  ASSERT_TRUE(trusting.read());
  write("in place", now_ms + 9000);
  EXPECT_FALSE(trusting.is_due(now_ms + 9000)) << "this one was written to in place";
}

TEST_F(RereadFileTest, ManyRenamedFilesAreNotTakenForTheFirst) {
  write("0", now_ms);
  RereadFile file(path(), 1024, RereadFile::Replaced::whole);
  ASSERT_TRUE(file.read());
  for (int i = 1; i <= 20; ++i) {  // a file system may give the number of the first one's inode again
    write(std::to_string(i), now_ms, path() + ".new");
    std::filesystem::rename(path() + ".new", path());
    ASSERT_TRUE(file.is_due(now_ms)) << i;
  }
}

TEST_F(RereadFileTest, RemovedFileIsDueOnce) {
  write("one", now_ms);
  RereadFile file(path(), 1024);
  ASSERT_TRUE(file.read());
  std::filesystem::remove(path());
  EXPECT_FALSE(file.is_due(now_ms)) << "it may be about to be replaced";
  EXPECT_TRUE(file.is_due(now_ms + 1000));
  EXPECT_FALSE(file.read());
  EXPECT_FALSE(file.is_due(now_ms + 2000));
}

TEST_F(RereadFileTest, ChangedModeIsAChange) {
  write("one", now_ms);
  RereadFile file(path(), 1024);
  ASSERT_TRUE(file.read());
  ASSERT_EQ(::chmod(path().c_str(), 0640), 0);
  EXPECT_TRUE(file.is_due(now_ms + 5000));
}

}  // namespace
}  // namespace docket
