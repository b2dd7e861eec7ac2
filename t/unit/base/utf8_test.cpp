#include "base/utf8.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using namespace std::string_literals;

/// One letter a character: its number of bytes, 'x' and the number for an ill-formed part.
std::string shape(std::string_view text) {
  std::string shape;
  for (auto c = first_char(text); c.length != 0; c = first_char(text)) {
    EXPECT_TRUE(c.valid || c.code == replacement_character);
    shape += (c.valid ? "" : "x") + std::to_string(c.length);
    text.remove_prefix(c.length);
  }
  return shape;
}

TEST(Utf8, DecodesCharacters) {
  EXPECT_EQ(first_char("A").code, U'A');
  EXPECT_EQ(first_char("\xC3\xA9").code, U'\u00E9');
  EXPECT_EQ(first_char("\xE2\x98\x83").code, U'\u2603');
  EXPECT_EQ(first_char("\xF0\x9F\x98\x80z").code, U'\U0001F600');
  EXPECT_EQ(first_char("").length, 0U);
  EXPECT_EQ(first_char("\0"s).length, 1U);
}

TEST(Utf8, TellsMaximalIllFormedParts) {
  EXPECT_EQ(shape("a\xC3\xA9\xE2\x98\x83\xF0\x9F\x98\x80"), "1234");
  EXPECT_EQ(shape("\x80z"), "x11");
  EXPECT_EQ(shape("\xC0\xAF"), "x1x1");
  EXPECT_EQ(shape("\xE2\x98"), "x2");
  EXPECT_EQ(shape("\xE2\x98z"), "x21");
  EXPECT_EQ(shape("\xED\xA0\x80"), "x1x1x1");  // a surrogate
  EXPECT_EQ(shape("\xF0\x9F\x98\xC3\xA9"), "x32");
  EXPECT_EQ(shape("\xF4\x90\x80\x80"), "x1x1x1x1");  // beyond U+10FFFF
  EXPECT_EQ(shape("\xFF"), "x1");
}

TEST(Utf8, DecodesFromTheEnd) {
  EXPECT_EQ(last_char("a\xE2\x98\x83").code, U'\u2603');
  EXPECT_EQ(last_char("\xE2\x98\x83z").code, U'z');
  EXPECT_FALSE(last_char("a\x83").valid);
  EXPECT_EQ(last_char("").length, 0U);
}

TEST(Utf8, WritesWhatItReads) {
  for (const char32_t code : {U'A', U'\u00E9', U'\u2603', U'\U0001F600', U'\U0010FFFF'}) {
    std::string text;
    append_char(text, code);
    EXPECT_EQ(first_char(text).code, code);
    EXPECT_EQ(first_char(text).length, text.size());
  }
  std::string text;
  append_valid_utf8(text, "a\xE2\x98z\xFF");
  EXPECT_EQ(text, "a\xEF\xBF\xBDz\xEF\xBF\xBD");
}

TEST(Utf8, KnowsControlCharacters) {
  for (const char32_t code : {U'\0', U'\n', U'\x1F', U'\x7F', U'\u0080', U'\u009F'}) {
    EXPECT_TRUE(is_control(code)) << static_cast<unsigned>(code);
  }
  for (const char32_t code : {U' ', U'~', U'\u00A0', U'\u00E9'}) {
    EXPECT_FALSE(is_control(code)) << static_cast<unsigned>(code);
  }
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("a\xE2\x98\x83", 3), "a");
  EXPECT_EQ(cut_utf8("a\xE2\x98\x83z", 4), "a\xE2\x98\x83");
  EXPECT_EQ(cut_utf8("\xF0\x9F\x98\x80", 3), "");
  EXPECT_EQ(cut_utf8("\x80\x80\x80\x80\x80\x80", 5).size(), 5U);  // not UTF-8: anywhere
}

TEST(Utf8, KnowsUtf8) {
  for (const auto* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
  }
  for (const auto* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x98", "\xE2\x98z", "a\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace docket
