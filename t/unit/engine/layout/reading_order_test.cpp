#include "engine/layout/reading_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

using test::filler;
using test::first_words;
using test::set_line;
using testing::ElementsAre;

constexpr float page_height = 800;

std::vector<Region> ordered(std::vector<Line> lines) {
  return reading_order(std::move(lines), page_height);
}

TEST(ReadingOrder, OfNothingIsNothing) {
  EXPECT_TRUE(ordered({}).empty());
}

TEST(ReadingOrder, OneColumnIsOneRegionFromTopToBottom) {
  const auto regions = ordered({filler("c", 60, 100, 224), filler("a", 60, 100, 200), filler("b", 60, 100, 212)});
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_THAT(first_words(regions), ElementsAre("a", "b", "c"));
}

std::vector<Line> two_columns() {
  std::vector<Line> lines;
  for (int i = 0; i < 6; ++i) {
    const auto y = 200 + 12 * static_cast<float>(i);
    lines.push_back(filler("L" + std::to_string(i), 40, 60, y));
    lines.push_back(filler("R" + std::to_string(i), 40, 290, y));
  }
  return lines;
}

TEST(ReadingOrder, ReadsTheLeftColumnFirstThoughRowsAreAligned) {
  EXPECT_THAT(first_words(ordered(two_columns())),
              ElementsAre("L0", "L1", "L2", "L3", "L4", "L5", "R0", "R1", "R2", "R3", "R4", "R5"));
}

TEST(ReadingOrder, AFullWidthTitleStandsAboveBothColumns) {
  auto lines = two_columns();
  lines.push_back(set_line("Title over both of the columns", 120, 160, 18));
  const auto words = first_words(ordered(std::move(lines)));
  EXPECT_EQ(words.front(), "Title");
  EXPECT_THAT(std::vector(words.begin() + 1, words.begin() + 4), ElementsAre("L0", "L1", "L2"));
}

TEST(ReadingOrder, AFullWidthHeadingDividesTheColumns) {
  auto lines = two_columns();
  lines.push_back(set_line("Second part of it over both columns", 120, 290, 16));
  for (int i = 0; i < 4; ++i) {
    const auto y = 320 + 12 * static_cast<float>(i);
    lines.push_back(filler("l" + std::to_string(i), 40, 60, y));
    lines.push_back(filler("r" + std::to_string(i), 40, 290, y));
  }
  const auto words = first_words(ordered(std::move(lines)));
  const auto at = [&](std::string_view word) { return std::ranges::find(words, word) - words.begin(); };
  EXPECT_LT(at("R5"), at("Second"));
  EXPECT_LT(at("Second"), at("l0"));
  EXPECT_LT(at("l3"), at("r0"));
}

TEST(ReadingOrder, ACaptionBetweenTheColumnsDividesNeither) {
  auto lines = two_columns();
  for (auto& line : lines) {
    const bool is_right = line.words.front().text.front() == 'R';
    if (line.baseline > 220 && line.baseline < 250) {  // the columns make room
      line = filler(line.words.front().text, 32, is_right ? 330.0F : 60.0F, line.baseline);
    }
  }
  lines.push_back(set_line("A caption", 250, 230));
  const auto words = first_words(ordered(std::move(lines)));
  EXPECT_THAT(words, ElementsAre("L0", "L1", "L2", "L3", "L4", "L5", "R0", "R1", "R2", "R3", "R4", "R5", "A"));
}

TEST(ReadingOrder, AFullWidthTableDividesTheColumns) {
  auto lines = two_columns();
  for (int i = 0; i < 3; ++i) {
    const auto y = 300 + 12 * static_cast<float>(i);
    lines.push_back(set_line("cell", 60, y));
    lines.push_back(set_line("in the middle", 250, y));
    lines.push_back(set_line("cell", 400, y));
  }
  const auto words = first_words(ordered(std::move(lines)));
  EXPECT_THAT(std::vector(words.begin() + 11, words.begin() + 15), ElementsAre("R5", "cell", "in", "cell"));
}

TEST(ReadingOrder, ThreeColumns) {
  std::vector<Line> lines;
  for (int i = 0; i < 4; ++i) {
    const auto y = 200 + 12 * static_cast<float>(i);
    for (int column = 0; column < 3; ++column) {
      const auto name = std::string(1, static_cast<char>('A' + column)) + std::to_string(i);
      lines.push_back(filler(name, 30, 40 + 175 * static_cast<float>(column), y));
    }
  }
  EXPECT_THAT(first_words(ordered(std::move(lines))),
              ElementsAre("A0", "A1", "A2", "A3", "B0", "B1", "B2", "B3", "C0", "C1", "C2", "C3"));
}

TEST(ReadingOrder, TheCellsOfATableAreReadAcross) {
  std::vector<Line> lines;
  for (int i = 0; i < 5; ++i) {
    const auto y = 200 + 12 * static_cast<float>(i);
    lines.push_back(set_line("k" + std::to_string(i), 60, y));
    lines.push_back(set_line("v" + std::to_string(i), 300, y));
  }
  const auto regions = ordered(std::move(lines));
  EXPECT_THAT(first_words(regions), ElementsAre("k0", "v0", "k1", "v1", "k2", "v2", "k3", "v3", "k4", "v4"));
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].rows.size(), 5U);
  EXPECT_EQ(regions[0].row(1).size(), 2U);
}

TEST(ReadingOrder, LabelsStayWithTheTextOnTheirBaseline) {
  std::vector<Line> lines;
  for (int i = 0; i < 4; ++i) {
    const auto y = 200 + 24 * static_cast<float>(i);
    lines.push_back(set_line("label" + std::to_string(i), 60, y));
    lines.push_back(filler("t" + std::to_string(i), 60, 200, y));
    lines.push_back(filler("u" + std::to_string(i), 60, 200, y + 12));
  }
  EXPECT_THAT(first_words(ordered(std::move(lines))),
              ElementsAre("label0", "t0", "u0", "label1", "t1", "u1", "label2", "t2", "u2", "label3", "t3", "u3"));
}

TEST(ReadingOrder, ASideNoteFollowsItsTextAndIsSetApart) {
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) {
    lines.push_back(filler("t" + std::to_string(i), 70, 200, 200 + 12 * static_cast<float>(i)));
  }
  lines.push_back(set_line("note one", 60, 217, 8));
  lines.push_back(set_line("note two", 60, 226.5F, 8));
  lines.push_back(set_line("note three", 60, 236, 8));
  const auto regions = ordered(std::move(lines));
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].lines.size(), 10U);
  EXPECT_EQ(regions[1].zone, Zone::margin);
  EXPECT_EQ(regions[1].lines.size(), 3U);
}

TEST(ReadingOrder, HeaderAndFooterAreSetApart) {
  std::vector<Line> lines{set_line("Running header", 60, 40), set_line("17", 300, 780)};
  for (int i = 0; i < 5; ++i) {
    lines.push_back(filler("t", 80, 60, 100 + 12 * static_cast<float>(i)));
  }
  const auto regions = ordered(std::move(lines));
  ASSERT_EQ(regions.size(), 3U);
  EXPECT_EQ(regions[0].zone, Zone::margin);
  EXPECT_EQ(regions[1].zone, Zone::body);
  EXPECT_EQ(regions[2].zone, Zone::margin);
  EXPECT_THAT(first_words(regions), testing::Contains("17"));
}

TEST(ReadingOrder, ATitleAtTheTopIsNoHeader) {
  std::vector<Line> lines{set_line("A Large Title", 60, 50, 20)};
  for (int i = 0; i < 5; ++i) {
    lines.push_back(filler("t", 80, 60, 120 + 12 * static_cast<float>(i)));
  }
  const auto regions = ordered(std::move(lines));
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].zone, Zone::body);
}

TEST(ReadingOrder, APageOfOneLineIsText) {
  const auto regions = ordered({set_line("Only this", 60, 40)});
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].zone, Zone::body);
}

TEST(ReadingOrder, TextUpTheEdgeIsSetApart) {
  auto stamp = set_line("arXiv:2101.00001v1", 10, 300);
  stamp.box = {10, 200, 22, 420};
  std::vector<Line> lines{stamp};
  for (int i = 0; i < 5; ++i) {
    lines.push_back(filler("t", 80, 60, 200 + 12 * static_cast<float>(i)));
  }
  const auto regions = ordered(std::move(lines));
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[1].zone, Zone::margin);
  EXPECT_EQ(regions[1].lines[0].words[0].text, "arXiv:2101.00001v1");
}

TEST(ReadingOrder, APagesNumberInTheGutterIsInNobodysWay) {
  std::vector<Line> lines;
  for (int i = 0; i < 20; ++i) {
    const auto y = 440 + 12 * static_cast<float>(i);
    lines.push_back(filler("L", 40, 60, y));
    lines.push_back(filler("R", 40, 270, y));
  }
  lines.push_back(set_line("– 7 –", 252, 705));
  const auto regions = ordered(lines);
  ASSERT_EQ(regions.size(), 3U);
  EXPECT_EQ(regions[0].lines.size(), 20U);
  EXPECT_EQ(regions[1].lines[0].words[0].text, "R");
  EXPECT_EQ(regions[2].zone, Zone::margin);
  lines.back() = set_line("a last line", 60, 705);
  EXPECT_EQ(ordered(lines).back().zone, Zone::body) << "no number, and not at the edge";
}

TEST(ReadingOrder, ATurnedPageKeepsTheReadersOrder) {
  std::vector<Line> lines;
  for (int i = 0; i < 4; ++i) {
    lines.push_back(set_line("t" + std::to_string(i) + " of a turned page", 100, 200));
    const float x = 400 - 12 * static_cast<float>(i);
    lines.back().box = {x, 100, x + 10, 500};
  }
  EXPECT_THAT(first_words(ordered(std::move(lines))), ElementsAre("t0", "t1", "t2", "t3"));
}

TEST(ReadingOrder, ALineWithALargeInitialComesFirst) {
  auto first = filler("She", 40, 100, 200);
  first.box.y1 = 226;  // the initial goes down over three rows
  const auto words = first_words(ordered({filler("wandered", 38, 110, 212), first, filler("with", 38, 110, 224)}));
  EXPECT_THAT(words, ElementsAre("She", "wandered", "with"));
}

TEST(ReadingOrder, KeepsEveryLineOfADisorderedPage) {
  // Lines at pseudo-random places, overlapping: nothing may be lost or doubled.
  std::vector<Line> lines;
  std::uint32_t state = 12345;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return static_cast<float>((state >> 8U) % below);
  };
  for (int i = 0; i < 300; ++i) {
    lines.push_back(set_line("w" + std::to_string(i), next(550), next(800), 4 + next(20)));
  }
  auto words = first_words(ordered(std::move(lines)));
  std::ranges::sort(words);
  EXPECT_EQ(words.size(), 300U);
  EXPECT_EQ(std::ranges::adjacent_find(words), words.end());
}

}  // namespace
}  // namespace docket::engine
