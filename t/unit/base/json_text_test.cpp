#include "base/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

namespace docket {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string number(double value, int decimals) {
  std::string out;
  append_json_number(out, value, decimals);
  return out;
}

TEST(JsonText, EscapesWhatRfc8259Demands) {
  EXPECT_EQ(as_json(""), R"("")");
  EXPECT_EQ(as_json("plain"), R"("plain")");
  EXPECT_EQ(as_json("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(as_json("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(as_json(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(as_json("\x7f/"), "\"\x7f/\"");
}

TEST(JsonText, EveryAsciiCharacterComesBack) {
  for (int c = 0; c < 128; ++c) {
    const std::string text{'<', static_cast<char>(c), '>'};
    EXPECT_EQ(nlohmann::json::parse(as_json(text)).get<std::string>(), text) << c;
  }
}

TEST(JsonText, KeepsUtf8) {
  const std::string text = "Größe – 文書 😀 \xEE\x80\x80\xF4\x8F\xBF\xBF";
  EXPECT_EQ(as_json(text), "\"" + text + "\"");
}

TEST(JsonText, ReplacesEachMaximalIllFormedPart) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(as_json("\x80"), "\"" + r + "\"");
  EXPECT_EQ(as_json("a\xC3"), "\"a" + r + "\"") << "cut off";
  EXPECT_EQ(as_json("\xC3("), "\"" + r + "(\"");
  EXPECT_EQ(as_json("\xE2\x82x"), "\"" + r + "x\"") << "two good bytes of three are one part";
  EXPECT_EQ(as_json("\xF0\x9F\x98"), "\"" + r + "\"");
  EXPECT_EQ(as_json("\xC0\xAF"), "\"" + r + r + "\"") << "overlong";
  EXPECT_EQ(as_json("\xE0\x80\xAF"), "\"" + r + r + r + "\"") << "overlong";
  EXPECT_EQ(as_json("\xED\xA0\x80"), "\"" + r + r + r + "\"") << "a surrogate";
  EXPECT_EQ(as_json("\xF4\x90\x80\x80"), "\"" + r + r + r + r + "\"") << "above U+10FFFF";
  EXPECT_EQ(as_json("\xFF\xFE"), "\"" + r + r + "\"");
  // The example of Unicode 15, table 3-8.
  EXPECT_EQ(as_json("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "\"a" + r + r + r + "b" + r + "c" + r + r + "d\"");
}

TEST(JsonText, RandomBytesAlwaysBecomeValidJson) {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string text(random() % 40, '\0');
    for (auto& c : text) {
      c = static_cast<char>(random());
    }
    EXPECT_TRUE(nlohmann::json::accept(as_json(text)));
  }
}

TEST(JsonText, PiecesMakeTheSameAsTheWhole) {
  std::string pieces = "\"";
  append_json_escaped(pieces, "a\n");
  append_json_escaped(pieces, "");
  append_json_escaped(pieces, "ö\"");
  pieces += '"';
  EXPECT_EQ(pieces, as_json("a\nö\""));
}

TEST(JsonText, WritesWholeNumbers) {
  std::string out = "[";
  append_json_number(out, std::uint64_t{0});
  out += ',';
  append_json_number(out, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out, "[0,18446744073709551615");
}

TEST(JsonText, WritesFractionsWithoutTrailingZeros) {
  EXPECT_EQ(number(41.666666, 2), "41.67");
  EXPECT_EQ(number(50.0, 2), "50");
  EXPECT_EQ(number(0.5, 2), "0.5");
  EXPECT_EQ(number(100.0, 0), "100") << "zeros before the point stay";
  EXPECT_EQ(number(100.0, 2), "100");
  EXPECT_EQ(number(-0.001, 2), "0");
  EXPECT_EQ(number(-1.25, 2), "-1.25");
  EXPECT_EQ(number(std::nan(""), 2), "0");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity(), 2), "0");
  EXPECT_EQ(number(1e300, 2), "0") << "longer than any number there is here";
}

}  // namespace
}  // namespace docket
