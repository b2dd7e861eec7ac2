// Whether text layers can be what is to be read on their pages.
#include "engine/text/text_layer_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

constexpr int filled = 0;
constexpr int invisible = 3;

void add(CharacterTally& tally, std::uint32_t character, int times, int mode = filled) {
  const std::array one{character};
  for (int i = 0; i < times; ++i) {
    tally.add(one, character, mode);
  }
}

TEST(CharacterTally, AThirdWithoutMeaningIsTooMuch) {
  for (const std::uint32_t character : {0xE123U, 0xFFFDU, 0x03U, 0x85U, 0xF0041U}) {
    CharacterTally tally;
    add(tally, 'a', 20);
    add(tally, character, 9);
    EXPECT_FALSE(tally.is_mostly_meaningless()) << character;
    add(tally, character, 1);
    EXPECT_TRUE(tally.is_mostly_meaningless()) << character;
  }
}

TEST(CharacterTally, CodesWithoutACharacterMeanNothing) {
  CharacterTally tally;
  for (int i = 0; i < 7; ++i) {
    tally.add({}, 0x41, filled);
  }
  EXPECT_FALSE(tally.is_mostly_meaningless()) << "a few may be bullets";
  tally.add({}, ' ', filled);
  EXPECT_FALSE(tally.is_mostly_meaningless()) << "a blank needs no meaning";
  tally.add({}, 0x42, filled);
  EXPECT_TRUE(tally.is_mostly_meaningless());
}

TEST(CharacterTally, InvisibleMeansMostOfIt) {
  CharacterTally tally;
  EXPECT_FALSE(tally.is_mostly_invisible());
  add(tally, 'a', 5);
  add(tally, 'b', 5, invisible);
  EXPECT_FALSE(tally.is_mostly_invisible());
  add(tally, 'b', 1, invisible);
  EXPECT_TRUE(tally.is_mostly_invisible());
}

TEST(TextLayer, SignsAreNoText) {
  EXPECT_TRUE(is_mostly_signs({test::set_line("~~ | ;: -- .. a", 10, 20)}));
  EXPECT_FALSE(is_mostly_signs({test::set_line("words, with - some: signs.", 10, 20)}));
  EXPECT_FALSE(is_mostly_signs({test::set_line("...", 10, 20)}));
}

std::vector<Line> lines_of(std::string_view text, int count, std::int16_t font = test::plain) {
  std::vector<Line> lines;
  for (int i = 0; i < count; ++i) {
    lines.push_back(test::set_line(text, 10, 20 + 12 * static_cast<float>(i), 10, font));
  }
  return lines;
}

TEST(TextLayer, CountsTheLettersOfLatinWords) {
  const auto count = count_letters(lines_of("Stone \xC3\xA9t\xC3\xA9 AB 12345 \xD1\x81\xD0\xBB\xD0\xBE xyz", 1));
  EXPECT_EQ(count.letters, 8U) << "Stone and xyz";
  EXPECT_EQ(count.common, 5U);
  EXPECT_EQ(LetterCount().share(), 0);
}

TEST(TextLayer, LettersOfNoLanguageAreDoubtful) {
  constexpr std::string_view english = "The quick brown fox jumps over the lazy dog";
  constexpr std::string_view shifted = "uif rvjdl cspxo gpy kvnqt pwfs uif mbaz eph";
  EXPECT_FALSE(has_doubtful_letters(lines_of(english, 20)));
  EXPECT_TRUE(has_doubtful_letters(lines_of(shifted, 20)));
  EXPECT_FALSE(has_doubtful_letters(lines_of(shifted, 5))) << "too few to say";
  // Text in other languages, of which the letters beyond ASCII do not count.
  for (const auto* text : {"Zażółć gęślą jaźń, powiedział wczoraj nasz stary sąsiad z parteru",
                           "Pijamalı hasta yağız şoföre çabucak güvendi dediler dün akşam",
                           "Törkylempijävongahdus on suomenkielinen pangrammi, sanoi hän",
                           "Árvíztűrő tükörfúrógép, mondta a szomszéd tegnap este is",
                           "Съешь же ещё этих мягких французских булок, да выпей чаю"}) {
    EXPECT_FALSE(has_doubtful_letters(lines_of(text, 20))) << text;
  }
  EXPECT_FALSE(has_doubtful_letters(lines_of("A, B, C = 0.75, 0.00, 0.35", 50))) << "formulas";
  // One font among others, if it has most of the text.
  auto mixed = lines_of(shifted, 10, test::bold);
  std::ranges::move(lines_of(english, 9), std::back_inserter(mixed));
  EXPECT_TRUE(has_doubtful_letters(mixed));
  std::ranges::move(lines_of(english, 2), std::back_inserter(mixed));
  EXPECT_FALSE(has_doubtful_letters(mixed));
}

TEST(TextLayer, HeapsAreNoText) {
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) {
    lines.push_back(test::set_line("hidden words", 10, 20));
  }
  EXPECT_TRUE(is_heap(lines));
  for (int i = 0; i < 10; ++i) {
    lines[static_cast<std::size_t>(i)] = test::set_line("seen words", 10, 20 + 12 * static_cast<float>(i));
  }
  EXPECT_FALSE(is_heap(lines));
}

}  // namespace
}  // namespace docket::engine
