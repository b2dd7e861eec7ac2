// Whether text layers can be what is to be read on their pages.
#include <gtest/gtest.h>

#include <array>

#include "engine/text_layer_check.h"
#include "layout_model.h"

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
