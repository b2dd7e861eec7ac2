#include "engine/plan.h"

#include <gtest/gtest.h>

#include <string_view>

namespace docket::engine {
namespace {

/// Pages by their letters: "tts" is text, text, scan.
std::vector<PageClass> pages(std::string_view letters) {
  std::vector<PageClass> all;
  for (const char letter : letters) {
    all.push_back(static_cast<PageClass>(letter));
  }
  return all;
}

std::vector<PageRange> plan(std::string_view letters, std::size_t most = 1000) {
  return plan_ranges(pages(letters), most);
}

TEST(Plan, SmallIsOnePageOrFewPagesOfText) {
  EXPECT_TRUE(is_small(pages("t")));
  EXPECT_TRUE(is_small(pages("s")));
  EXPECT_TRUE(is_small(pages(std::string(32, 't'))));
  EXPECT_FALSE(is_small(pages(std::string(33, 't'))));
  EXPECT_FALSE(is_small(pages("ss")));
  EXPECT_FALSE(is_small(pages("ts")));
}

TEST(Plan, EachScanIsARangeOfItsOwn) {
  EXPECT_EQ(plan("ss"), (std::vector<PageRange>{{1, 1}, {2, 2}}));
  EXPECT_EQ(plan("ttsst"), (std::vector<PageRange>{{1, 2}, {3, 3}, {4, 4}, {5, 5}}));
}

TEST(Plan, TextIsDividedEvenly) {
  EXPECT_EQ(plan(std::string(32, 't')), (std::vector<PageRange>{{1, 32}}));
  EXPECT_EQ(plan(std::string(33, 't')), (std::vector<PageRange>{{1, 16}, {17, 33}}));
  EXPECT_EQ(plan(std::string(100, 't')), (std::vector<PageRange>{{1, 25}, {26, 50}, {51, 75}, {76, 100}}));
}

TEST(Plan, RangesCoverEveryPageOnce) {
  for (const std::size_t most : {std::size_t{3}, std::size_t{1000}}) {
    for (unsigned seed = 1; seed < 200; ++seed) {
      std::string letters;
      for (unsigned i = 0; i < seed; ++i) {
        letters += (i * seed * 2654435761U) % 5 == 0 ? 's' : 't';
      }
      std::uint32_t next = 1;
      const auto ranges = plan(letters, most);
      EXPECT_LE(ranges.size(), most);
      for (const auto& range : ranges) {
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.last, range.first);
        next = range.last + 1;
      }
      EXPECT_EQ(next, seed + 1);
    }
  }
}

TEST(Plan, NoMoreRangesThanAMessageHolds) {
  const auto ranges = plan(std::string(10'000, 's'), 4096);
  EXPECT_EQ(ranges.size(), 4096U);
  EXPECT_EQ(ranges.back().last, 10'000U);
}

}  // namespace
}  // namespace docket::engine
