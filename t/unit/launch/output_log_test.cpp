#include "launch/output_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <string>

#include "base/utf8.h"
#include "protocol/launch.h"

namespace docket::launch {
namespace {

class OutputLogTest : public ::testing::Test {
 protected:
  OutputLog log_of(std::uint64_t size) {
    file_ = Fd(::memfd_create("log", MFD_CLOEXEC));
    return {Fd(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0)), size};
  }
  std::string contents() const {
    std::string all;
    std::array<char, 4096> bytes{};
    for (ssize_t size = 0;
         (size = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(all.size()))) > 0;) {
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return all;
  }

  Fd file_;
};

TEST_F(OutputLogTest, WritesAtOnceWhatFits) {
  auto log = log_of(10);
  log.append("123");
  EXPECT_EQ(contents(), "123");
  log.append("4567890");
  EXPECT_EQ(contents(), "1234567890");
  EXPECT_FALSE(log.is_behind());
  log.write_tail();
  EXPECT_EQ(contents(), "1234567890");
}

TEST_F(OutputLogTest, KeepsHeadAndTail) {
  auto log = log_of(10);
  log.append("abcdefghij");
  log.append("k");
  EXPECT_TRUE(log.is_behind());
  log.write_tail();
  EXPECT_EQ(contents(), "abcde\n[1 byte is left out here]\nghijk");
  log.append("lmnopqrstuvw");
  log.write_tail();
  EXPECT_EQ(contents(), "abcde\n[13 bytes are left out here]\nstuvw");
  EXPECT_FALSE(log.is_behind());
}

TEST_F(OutputLogTest, IsTheSameHoweverItComes) {
  std::string all;
  for (int i = 0; all.size() < 5000; ++i) {
    all += std::to_string(i) + "\n";
  }
  std::string first;
  for (const std::size_t piece : {1U, 7U, 64U, 500U, 999U, 1000U, 1001U, 6000U}) {
    auto log = log_of(1000);
    for (std::size_t at = 0; at < all.size(); at += piece) {
      log.append(std::string_view(all).substr(at, piece));
      if (at / piece % 3 == 0) {
        log.write_tail();
        EXPECT_LE(contents().size(), 1100U);
      }
    }
    log.write_tail();
    first = first.empty() ? contents() : first;
    EXPECT_EQ(contents(), first) << piece;
  }
  EXPECT_TRUE(first.starts_with(all.substr(0, 500)));
  EXPECT_TRUE(first.ends_with(all.substr(all.size() - 500)));
}

TEST_F(OutputLogTest, CanBeTiny) {
  for (const std::uint64_t size : {0U, 1U, 2U, 3U}) {
    auto log = log_of(size);
    log.append("abcdef");
    log.append("g");
    log.write_tail();
    EXPECT_NE(contents().find(" left out here]\n"), std::string::npos);
    EXPECT_EQ(contents().ends_with("g"), size > 0) << size;
  }
}

TEST_F(OutputLogTest, WithoutAFileAllIsDropped) {
  OutputLog log;
  log.append("abc");
  log.write_tail();
  EXPECT_FALSE(log.is_behind());
}

TEST(RecentOutputTest, HasTheLastLines) {
  RecentOutput recent;
  recent.append("one\ntwo\xFF\n\n");
  EXPECT_EQ(recent.text(), "one\ntwo\xEF\xBF\xBD");
  std::string all;
  for (int i = 0; i < 10'000; ++i) {
    const auto line = "line " + std::to_string(i) + "\n";
    recent.append(line);
    all += line;
  }
  const auto text = recent.text();
  EXPECT_LE(text.size(), max_tail);
  EXPECT_GE(text.size(), max_tail - 20);
  EXPECT_TRUE(text.starts_with("line "));
  EXPECT_TRUE(text.ends_with("line 9999"));
  RecentOutput at_once;
  at_once.append(all);
  EXPECT_EQ(at_once.text(), text);
  recent.clear();
  EXPECT_EQ(recent.text(), "");
}

TEST(RecentOutputTest, CutsALongLineBetweenCharacters) {
  for (int shift = 0; shift < 4; ++shift) {
    RecentOutput recent;
    std::string line(static_cast<std::size_t>(shift), 'x');
    for (int i = 0; i < 3000; ++i) {
      line += "ü€";
    }
    recent.append(line);
    EXPECT_TRUE(is_valid_utf8(recent.text()));
    EXPECT_LE(recent.text().size(), max_tail);
    EXPECT_GE(recent.text().size(), max_tail - 4);
  }
}

}  // namespace
}  // namespace docket::launch
