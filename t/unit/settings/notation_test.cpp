#include "settings/notation.h"

#include <gtest/gtest.h>

namespace docket::settings {
namespace {

constexpr auto seconds = [](std::string_view text) { return parse_time(text, TimeUnit::seconds); };
constexpr auto ms = [](std::string_view text) { return parse_time(text, TimeUnit::milliseconds); };

TEST(Notation, Numbers) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("9223372036854775807"), 9223372036854775807U);
  for (const auto* none : {"", "-1", "+1", " 1", "1 ", "1k", "9223372036854775808", "99999999999999999999"}) {
    EXPECT_FALSE(parse_number(none)) << none;
  }
}

TEST(Notation, Sizes) {
  EXPECT_EQ(parse_size("5"), 5U);
  EXPECT_EQ(parse_size("2k"), 2048U);
  EXPECT_EQ(parse_size("2K"), 2048U);
  EXPECT_EQ(parse_size("1m"), 1U << 20U);
  EXPECT_EQ(parse_size("1G"), 1U << 30U);
  for (const auto* none : {"", "k", "1x", "1kk", "1.5m", "9223372036854775807k"}) {
    EXPECT_FALSE(parse_size(none)) << none;
  }
}

TEST(Notation, Times) {
  EXPECT_EQ(seconds("90"), 90U);
  EXPECT_EQ(seconds("1h 30m"), 5400U);
  EXPECT_EQ(seconds("1h30"), 3630U);
  EXPECT_EQ(seconds("1y 1M 1w 1d 1h 1m 1s"), 365U * 86400 + 30U * 86400 + 7U * 86400 + 86400 + 3600 + 60 + 1);
  EXPECT_EQ(ms("2"), 2000U);
  EXPECT_EQ(ms("1s 500ms"), 1500U);
  EXPECT_EQ(ms("1m"), 60'000U);
  EXPECT_EQ(ms("10ms"), 10U);
  for (const auto* none :
       {"", " ", "s", "1x", "1m 1h", "1m 1m", "10 20", "500ms", "1 s", "-1", "soon", "9223372036854775807d"}) {
    EXPECT_FALSE(seconds(none)) << none;
  }
  EXPECT_FALSE(ms("1y"));
  EXPECT_FALSE(ms("1M"));
}

}  // namespace
}  // namespace docket::settings
