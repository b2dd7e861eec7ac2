#include "host/shared_marks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "base/temp_folder.h"

namespace docket {
namespace {

class SharedMarksTest : public testing::Test {
 protected:
  [[nodiscard]] SharedMarks open() const { return SharedMarks::open(folder.path() + "/marks").value(); }

  TempFolder folder;
};

TEST_F(SharedMarksTest, OthersSeeThem) {
  auto mine = open();
  auto others = open();
  EXPECT_FALSE(others.is_set_elsewhere(7));
  EXPECT_TRUE(mine.set(7));
  EXPECT_TRUE(others.is_set_elsewhere(7));
  EXPECT_FALSE(others.is_set_elsewhere(6));
  EXPECT_FALSE(others.is_set_elsewhere(8));
  mine.clear(7);
  EXPECT_FALSE(others.is_set_elsewhere(7));
}

TEST_F(SharedMarksTest, OnesOwnIsNotElsewhere) {
  auto mine = open();
  EXPECT_TRUE(mine.set(7));
  EXPECT_FALSE(mine.is_set_elsewhere(7));
}

TEST_F(SharedMarksTest, SeveralSetTheSame) {
  auto one = open();
  auto two = open();
  auto three = open();
  EXPECT_TRUE(one.set(7));
  EXPECT_TRUE(two.set(7));
  EXPECT_TRUE(three.is_set_elsewhere(7));
  one.clear(7);
  EXPECT_TRUE(one.is_set_elsewhere(7));
  EXPECT_TRUE(three.is_set_elsewhere(7));
  two.clear(7);
  EXPECT_FALSE(three.is_set_elsewhere(7));
}

TEST_F(SharedMarksTest, AreSetOrNot) {
  auto mine = open();
  EXPECT_TRUE(mine.set(7));
  EXPECT_TRUE(mine.set(7));
  mine.clear(7);
  mine.clear(7);
  EXPECT_FALSE(open().is_set_elsewhere(7));
}

TEST_F(SharedMarksTest, EveryNumberIsOne) {
  auto mine = open();
  const auto others = open();
  for (const auto number : {std::uint64_t{0}, UINT64_MAX, UINT64_MAX >> 1U, (UINT64_MAX >> 2U) - 1}) {
    EXPECT_TRUE(mine.set(number)) << number;
    EXPECT_TRUE(others.is_set_elsewhere(number)) << number;
  }
}

TEST_F(SharedMarksTest, TheKernelClearsThoseOfTheDead) {
  const auto mine = open();
  OtherProcess process([this] {
    auto marks = open();
    std::string said = marks.set(7) ? "set" : "failed";
    return std::pair(std::move(marks), std::move(said));
  });
  EXPECT_EQ(process.said(), "set");
  EXPECT_TRUE(mine.is_set_elsewhere(7));
  process.kill();
  EXPECT_FALSE(mine.is_set_elsewhere(7));
}

TEST_F(SharedMarksTest, SaysWhatIsWrong) {
  const auto marks = SharedMarks::open(folder.path() + "/missing/marks");
  ASSERT_FALSE(marks);
  EXPECT_EQ(marks.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace docket
