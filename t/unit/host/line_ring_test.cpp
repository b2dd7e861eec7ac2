#include "host/line_ring.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

class LineRingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (fs::temp_directory_path() / "docket-lines-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(path_); }

  LineRing open() {
    auto ring = LineRing::open(path_);
    EXPECT_TRUE(ring) << ring.error().detail;
    return std::move(*ring);
  }
  static std::vector<std::string> read(const LineRing& ring, std::uint64_t& position, bool whole = true) {
    std::vector<std::string> records;
    EXPECT_EQ(ring.read(position, [&](std::string_view record) { records.emplace_back(record); }), whole);
    return records;
  }

  std::string path_;
};

using Records = std::vector<std::string>;

TEST_F(LineRingTest, WhatOneAppendsAllRead) {
  auto writer = open();
  const auto reader = open();
  writer.append("before");
  auto position = reader.end();
  EXPECT_EQ(read(reader, position), Records{});
  writer.append("one");
  writer.append("");
  writer.append("three");
  EXPECT_EQ(read(reader, position), (Records{"one", "", "three"}));
  EXPECT_EQ(read(reader, position), Records{});
  EXPECT_EQ(position, reader.end());
}

TEST_F(LineRingTest, RecordsGoRoundTheEnd) {
  auto ring = open();
  auto position = ring.end();
  const std::string record(50'001, 'x');
  for (int i = 0; i < 100; ++i) {
    ring.append(record + std::to_string(i));
    const auto records = read(ring, position);
    ASSERT_EQ(records, Records{record + std::to_string(i)}) << i;
  }
}

TEST_F(LineRingTest, AReaderWhoIsLateMissesWhatWasOverwritten) {
  auto ring = open();
  auto position = ring.end();
  for (int i = 0; i < 40; ++i) {
    ring.append(std::string(60'000, 'x'));
  }
  EXPECT_EQ(read(ring, position, false), Records{});
  ring.append("new");
  EXPECT_EQ(read(ring, position), Records{"new"});
}

TEST_F(LineRingTest, ALongRecordIsCut) {
  auto ring = open();
  auto position = ring.end();
  ring.append(std::string(LineRing::max_record + 5, 'x'));
  EXPECT_EQ(read(ring, position), Records{std::string(LineRing::max_record, 'x')});
}

TEST_F(LineRingTest, WritersOfManyThreadsAndProcessesDoNotMix) {
  auto ring = open();
  auto position = ring.end();
  constexpr int each = 300;
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto own = LineRing::open(path_);
    for (int i = 0; own && i < each; ++i) {
      while (!own->append(std::string(100, 'c'))) {
      }
    }
    ::_exit(own ? 0 : 1);
  }
  {
    std::vector<std::jthread> threads;
    for (const char name : {'a', 'b'}) {
      threads.emplace_back([&ring, name] {
        for (int i = 0; i < each; ++i) {
          while (!ring.append(std::string(100, name))) {
          }
        }
      });
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const auto records = read(ring, position);
  EXPECT_EQ(records.size(), 3U * each);
  for (const auto& record : records) {
    ASSERT_EQ(record, std::string(100, record.front()));
  }
}

TEST_F(LineRingTest, AWriterWhoDoesNotComeToAnEndIsNotWaitedForEver) {
  auto ring = open();
  auto position = ring.end();
  {
    const Fd stopped(::open((path_ + "/lines").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(stopped.get(), LOCK_EX), 0);
    EXPECT_FALSE(ring.append("left out"));
    EXPECT_FALSE(ring.append("left out, too"));
  }
  EXPECT_TRUE(ring.append("in"));
  EXPECT_EQ(read(ring, position), Records{"in"});
}

TEST_F(LineRingTest, WithoutItsFolderThereIsNone) {
  EXPECT_FALSE(LineRing::open(path_ + "/none"));
}

}  // namespace
}  // namespace docket
