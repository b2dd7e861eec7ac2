#include "engine/text/unicode_text.h"

#include <gmock/gmock.h>

namespace docket::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<char32_t> characters(std::u32string_view text) {
  return {text.begin(), text.end()};
}

TEST(AppendText, WritesEveryLengthOfUtf8) {
  std::string text;
  for (const char32_t c : U"a\u00e9\u20ac\U0001f600") {
    append_text(text, c);
  }
  EXPECT_EQ(text, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(AppendText, LeavesOutWhatIsNoText) {
  std::string text;
  for (const char32_t c : {0x0U, 0x7U, 0x1fU, 0x7fU, 0x85U, 0x200eU, 0x202bU, 0x2069U, 0xd800U, 0xdfffU, 0xfdd0U,
                           0xfeffU, 0xffffU, 0x1fffeU, 0x110000U, 0xffffffffU}) {
    append_text(text, static_cast<char32_t>(c));
  }
  EXPECT_EQ(text, "");
}

TEST(CleanText, DropsControlsAndIllFormedBytes) {
  EXPECT_EQ(clean_text(std::string_view("a\0b\x01\xc3\xa9\xc3z\xff\xe2\x82|\xed\xa0\x80\xe2\x80\x8e.", 20)),
            "ab\xc3\xa9z|.");
}

TEST(DirectionOf, ToldByTheMajorityOfStrongCharacters) {
  EXPECT_EQ(direction_of(characters(U"word")), Direction::left_to_right);
  EXPECT_EQ(direction_of(characters(U"שלום,")), Direction::right_to_left);
  EXPECT_EQ(direction_of(characters(U"مرحبا")), Direction::right_to_left);
  EXPECT_EQ(direction_of(characters(U"12.5")), Direction::number);
  EXPECT_EQ(direction_of(characters(U"٣٤")), Direction::number);
  EXPECT_EQ(direction_of(characters(U"–(")), Direction::neutral);
  EXPECT_EQ(direction_of(characters(U"漢字")), Direction::left_to_right);
}

TEST(MakeLogical, ReversesLettersButNotNumbers) {
  auto word = characters(U"םולש");
  make_logical(word);
  EXPECT_EQ(word, characters(U"שלום"));
  word = characters(U"12.5-ה");
  make_logical(word);
  EXPECT_EQ(word, characters(U"ה-12.5"));
}

TEST(MakeLogical, KeepsMarksBehindTheirLetters) {
  // Visual order: bet, shin + dagesh-like mark; logical order: shin with its mark, then bet.
  auto word = std::vector<char32_t>{0x5d1, 0x5e9, 0x5b8};
  make_logical(word);
  EXPECT_EQ(word, (std::vector<char32_t>{0x5e9, 0x5b8, 0x5d1}));
}

constexpr auto L = Direction::left_to_right;
constexpr auto R = Direction::right_to_left;
constexpr auto N = Direction::number;

TEST(LogicalOrder, StaysWithoutWordsThatRunLeft) {
  EXPECT_THAT(logical_order(std::vector{L, N, L}, false), ElementsAre(0, 1, 2));
  EXPECT_THAT(logical_order({}, false), IsEmpty());
}

TEST(LogicalOrder, TurnsALineRoundButNotItsRunsOfOtherWords) {
  EXPECT_THAT(logical_order(std::vector{R, R, R}, true), ElementsAre(2, 1, 0));
  EXPECT_THAT(logical_order(std::vector{R, L, L, R, R}, true), ElementsAre(4, 3, 1, 2, 0));
  EXPECT_THAT(logical_order(std::vector{L, L, R, L}, true), ElementsAre(3, 2, 0, 1));
}

TEST(LogicalOrder, NumbersGoWithTheWordsThatTheyFollow) {
  EXPECT_THAT(logical_order(std::vector{R, L, N, R}, true), ElementsAre(3, 1, 2, 0)) << "Windows 10";
  EXPECT_THAT(logical_order(std::vector{R, N, N, R}, true), ElementsAre(3, 2, 1, 0));
}

TEST(LogicalOrder, TurnsOnlyTheRunsInALineThatRunsRight) {
  EXPECT_THAT(logical_order(std::vector{L, R, R, L, L}, false), ElementsAre(0, 2, 1, 3, 4));
  EXPECT_THAT(logical_order(std::vector{L, L, L, R, N, R}, false), ElementsAre(0, 1, 2, 5, 4, 3));
}

}  // namespace
}  // namespace docket::engine
