#include "http/field/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace docket::http {
namespace {

TEST(Text, Trims) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("\na"), "\na");
}

TEST(Text, ComparesAndLowersAsciiOnly) {
  EXPECT_TRUE(equal_ignoring_case("Form-DATA", "form-data"));
  EXPECT_FALSE(equal_ignoring_case("form-data", "form-data2"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_EQ(lower("AZ[\xC4"), "az[\xC4");
}

TEST(Text, ReadsBooleans) {
  for (const auto* yes : {"true", "TRUE", "1", "yes", "Yes", "on", "oN"}) {
    EXPECT_EQ(parse_boolean(yes), true) << yes;
  }
  for (const auto* no : {"false", "False", "0", "no", "NO", "off", "Off"}) {
    EXPECT_EQ(parse_boolean(no), false) << no;
  }
  for (const auto* neither : {"", " true", "2", "tru", "truee", "yes!"}) {
    EXPECT_EQ(parse_boolean(neither), std::nullopt) << neither;
  }
}

TEST(Text, ReadsNumbers) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
  }
}

TEST(Text, DecodesPercentEscapes) {
  EXPECT_EQ(percent_decode("a%20b+c%2B%e2%98%83", true), "a b c+\xE2\x98\x83");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("100%", true), "100%");
  EXPECT_EQ(percent_decode("%4", true), "%4");
  EXPECT_EQ(percent_decode("%zz%4g", true), "%zz%4g");
  EXPECT_EQ(percent_decode("%%41", true), "%A");
  EXPECT_EQ(percent_decode("%00", true), std::string(1, '\0'));
}

TEST(Text, EncodesWhatIsNotAnAttributeCharacter) {
  std::string out;
  append_percent_encoded(out, "aZ09!#$&+-.^_`|~ *'%()\"\r\n\xE2\x98\x83");
  EXPECT_EQ(out, "aZ09!#$&+-.^_`|~%20%2A%27%25%28%29%22%0D%0A%E2%98%83");
}

TEST(Text, QuotesForDetails) {
  EXPECT_EQ(quoted_for_detail("a\r\nb"), "\"a??b\"");
  EXPECT_EQ(quoted_for_detail(std::string(100, 'x')), "\"" + std::string(64, 'x') + "\"…");
}

TEST(Text, VisitsItems) {
  std::vector<std::string> items;
  each_item(" a, ,b ,,c d", ",", [&](std::string_view item) {
    items.emplace_back(item);
    return items.size() < 3;
  });
  EXPECT_EQ(items, (std::vector<std::string>{"a", "b", "c d"}));
  items.clear();
  each_item("a,b", ",", [&](std::string_view item) {
    items.emplace_back(item);
    return false;
  });
  EXPECT_EQ(items, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace docket::http
