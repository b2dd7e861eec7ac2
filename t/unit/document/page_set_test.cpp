#include "document/page_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace docket {
namespace {

PageSet set_of(std::string_view text) {
  const auto set = PageSet::parse(text);
  EXPECT_TRUE(set) << text;
  return set.value_or(PageSet());
}

TEST(PageSet, ReadsNumbersAndRanges) {
  EXPECT_EQ(set_of("7").text(), "7");
  EXPECT_EQ(set_of("1-3,7,12-").text(), "1-3,7,12-");
  EXPECT_EQ(set_of(" 1 - 3 ,\t7 , 12 - ").text(), "1-3,7,12-");
  EXPECT_EQ(set_of("9,1-3,007").text(), "1-3,7,9");
  EXPECT_EQ(set_of("1-4,2-3,4-6,7,9").text(), "1-7,9") << "what overlaps or touches is one range";
  EXPECT_EQ(set_of("5-,1,9").text(), "1,5-");
  EXPECT_EQ(set_of("5-5").text(), "5");
  EXPECT_TRUE(set_of("").is_all());
  EXPECT_EQ(PageSet().text(), "");
}

TEST(PageSet, RefusesAllElse) {
  for (const auto* text :
       {"0",   "-",  "-3",  "3-1",   "1,",         ",1",          "1,,2",         "a", "1-b", "1;2",
        "1.5", "+1", "1 2", "1-2-3", "4294967295", "99999999999", "1-4294967295", " ", "0x1", "1-0"}) {
    EXPECT_FALSE(PageSet::parse(text)) << text;
  }
  std::string longest = "1";
  while (longest.size() + 2 <= PageSet::max_text) {
    longest += ",1";
  }
  EXPECT_TRUE(PageSet::parse(longest));
  EXPECT_FALSE(PageSet::parse(longest + ",1,1"));
}

TEST(PageSet, CountsAndNumbersWhatADocumentHasOfIt) {
  const auto set = set_of("2-3,7,12-");
  EXPECT_EQ(set.count_within(1), 0U);
  EXPECT_EQ(set.count_within(2), 1U);
  EXPECT_EQ(set.count_within(10), 3U);
  EXPECT_EQ(set.count_within(20), 12U);
  EXPECT_EQ(set.page_at(1), 2U);
  EXPECT_EQ(set.page_at(2), 3U);
  EXPECT_EQ(set.page_at(3), 7U);
  EXPECT_EQ(set.page_at(4), 12U);
  EXPECT_EQ(set.page_at(12), 20U);
  EXPECT_EQ(set_of("2").page_at(2), UINT32_MAX) << "there is none";
  EXPECT_EQ(PageSet().count_within(5), 5U);
  EXPECT_EQ(PageSet().page_at(5), 5U);
  EXPECT_EQ(set_of("1-").count_within(4294967294U), 4294967294U);
}

// Against the plain way: every number looked at.
TEST(PageSet, AgreesWithASetOfNumbers) {
  std::mt19937 random(1);
  const auto up_to = [&random](std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(1, most)(random);
  };
  for (int round = 0; round < 500; ++round) {
    std::string text;
    std::set<std::uint32_t> wanted;
    for (auto parts = up_to(6); parts > 0; --parts) {
      const auto first = up_to(30);
      const auto last = first + up_to(6) - 1;
      text += (text.empty() ? "" : ",") + std::to_string(first);
      text += last > first ? "-" + std::to_string(last) : "";
      for (auto page = first; page <= last; ++page) {
        wanted.insert(page);
      }
    }
    const auto set = set_of(text);
    EXPECT_EQ(PageSet::parse(set.text()), set) << text;
    const auto total = up_to(40);
    std::uint32_t nth = 0;
    for (const auto page : wanted) {
      if (page <= total) {
        EXPECT_EQ(set.page_at(++nth), page) << text;
      }
    }
    EXPECT_EQ(set.count_within(total), nth) << text;
  }
}

}  // namespace
}  // namespace docket
