#include "engine/layout/clean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/utf8.h"
#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

std::vector<std::string> cleaned(std::vector<std::string> words) {
  Line line;
  for (auto& text : words) {
    Word word;
    word.text = std::move(text);
    line.words.push_back(word);
  }
  std::vector<Line> lines{line};
  clean_lines(lines);
  std::vector<std::string> result;
  for (const auto& one : lines) {
    for (const auto& word : one.words) {
      result.push_back(word.text);
    }
  }
  return result;
}

TEST(CleanLines, KeepsPlainWords) {
  EXPECT_EQ(cleaned({"plain", "words", "größe"}), (std::vector<std::string>{"plain", "words", "größe"}));
}

TEST(CleanLines, SpellsLigaturesOut) {
  EXPECT_EQ(cleaned({"e\uFB03cient", "\uFB01n"}), (std::vector<std::string>{"efficient", "fin"}));
}

TEST(CleanLines, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(cleaned({"a\xFF"
                     "b",
                     "\xE2\x82"}),
            (std::vector<std::string>{"a\uFFFDb", "\uFFFD"}));
}

TEST(CleanLines, DropsControlsAndWhatIsEmptyThen) {
  EXPECT_EQ(cleaned({std::string("a\0b", 3), "\x01\x7F", "\u200B"}), (std::vector<std::string>{"ab"}));
}

TEST(CleanLines, KeepsASoftHyphenOnlyAtTheEnd) {
  EXPECT_EQ(cleaned({"in\u00ADside", "bro\u00AD"}), (std::vector<std::string>{"inside", "bro-"}));
}

TEST(CleanLines, KnowsTheBulletsOfSymbolFonts) {
  EXPECT_EQ(cleaned({"\uF0B7", "\uF0A7"}), (std::vector<std::string>{"•", "▪"}));
}

TEST(CleanLines, ReadsTheLettersOfWingdingsAsWhatTheyShow) {
  const std::vector<Font> fonts{{"Serif", false, false, false}, {"ABCDEF+Wingdings-Regular", false, false, false}};
  std::vector<Line> lines{test::set_line("q n and \u00FC", 0, 10)};
  for (const std::size_t dingbat : {0U, 1U, 3U}) {
    lines[0].words[dingbat].font = 1;
  }
  clean_lines(lines, fonts);
  EXPECT_EQ(test::text_of_line(lines[0]), "□ ■ and ✓");
}

TEST(CleanLines, KnowsATypewritersOThatIsABullet) {
  constexpr std::int16_t mono = 3;
  std::vector<Line> lines{test::set_line("o an item", 0, 10),     test::set_line("o an item", 0, 22),
                          test::set_line("o o", 0, 34, 10, mono), test::set_line("x an item", 0, 46),
                          test::set_line("o", 0, 58, 10, mono),   test::set_line("an item", 20, 58),
                          test::set_line("o", 0, 70, 10, mono)};
  lines[0].words[0].font = mono;
  lines[3].words[0].font = mono;
  clean_lines(lines, test::fonts());
  EXPECT_EQ(test::text_of_line(lines[0]), "◦ an item");
  EXPECT_EQ(test::text_of_line(lines[1]), "o an item") << "a word";
  EXPECT_EQ(test::text_of_line(lines[2]), "o o") << "code";
  EXPECT_EQ(test::text_of_line(lines[3]), "x an item");
  EXPECT_EQ(test::text_of_line(lines[4]), "◦") << "its text is a line of its own";
  EXPECT_EQ(test::text_of_line(lines[6]), "o") << "without text";
}

TEST(CleanLines, DropsLinesWithoutText) {
  std::vector<Line> lines(2);
  lines[1] = test::set_line("text", 0, 10);
  clean_lines(lines);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(test::text_of_line(lines[0]), "text");
}

TEST(CleanLines, MakesCoordinatesFiniteAndOrdered) {
  std::vector<Line> lines{test::set_line("text", 0, 10)};
  lines[0].box = {std::numeric_limits<float>::quiet_NaN(), 20, std::numeric_limits<float>::infinity(), 10};
  lines[0].words[0].size = -std::numeric_limits<float>::infinity();
  clean_lines(lines);
  EXPECT_EQ(lines[0].box, (Box{0, 10, 0, 20}));
  EXPECT_EQ(lines[0].words[0].size, 0);
}

TEST(Utf8, ReadsFromBothEnds) {
  EXPECT_EQ(first_char("äb").code, U'ä');
  EXPECT_EQ(last_char("bä").code, U'ä');
  EXPECT_EQ(last_char("b€").length, 3U);
  EXPECT_EQ(last_char("").length, 0U);
  EXPECT_FALSE(last_char("\x80").valid);
}

TEST(Utf8, KnowsCase) {
  for (const char32_t c : {U'a', U'é', U'ß', U'ł', U'ž', U'ω', U'я', U'ѣ'}) {
    EXPECT_TRUE(is_lower(c)) << static_cast<std::uint32_t>(c);
    EXPECT_FALSE(is_upper(c)) << static_cast<std::uint32_t>(c);
  }
  for (const char32_t c : {U'A', U'É', U'Ł', U'Ž', U'Ω', U'Я', U'Ÿ'}) {
    EXPECT_TRUE(is_upper(c)) << static_cast<std::uint32_t>(c);
    EXPECT_FALSE(is_lower(c)) << static_cast<std::uint32_t>(c);
  }
  EXPECT_TRUE(is_letter(U'字'));
  EXPECT_FALSE(is_letter(U'1'));
  EXPECT_FALSE(is_letter(U'–'));
}

}  // namespace
}  // namespace docket::engine
