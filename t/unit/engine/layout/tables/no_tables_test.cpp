// What looks like a table and is none.
#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"
#include "engine/layout/tables/table_model.h"
#include "engine/layout/tables/tables.h"

namespace docket::engine {
namespace {

using test::filler;
using test::grid;
using test::level;
using test::page_of;
using test::ruled_page;
using test::set_line;
using test::set_rows;
using test::upright;

TEST(NoTables, ContentsAreNone) {
  auto page = page_of(set_rows(
      {{"Preface", "1"}, {"Beginnings", "3"}, {"Middle", "17"}, {"The end", "120"}, {"Index", "131"}}, {100, 300}));
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, FormulasAreNone) {
  auto page = page_of(set_rows({{"(n + 1)", "=", "1n", "+", "3"},
                                {"(n + 2)", "=", "2n", "+", "4"},
                                {"(n + 3)", "=", "3n", "+", "5"},
                                {"(n + 4)", "=", "4n", "+", "6"}},
                               {100, 160, 190, 220, 250}));
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, MarksOfAuthorsAreNone) {
  std::vector<Line> lines;
  for (int i = 0; i < 5; ++i) {
    const float y = 112 + 14 * static_cast<float>(i);
    lines.push_back(set_line("Ada Lovelace and Grace Hopper", 100, y));
    lines.push_back(set_line("1", 290, y - 4, 6));
    lines.back().words.front().script = Script::superscript;
  }
  auto page = page_of(std::move(lines));
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, ColumnsOfTextWithFiguresAreNone) {
  std::vector<Line> lines;
  for (int i = 0; i < 12; ++i) {
    const float y = 112 + 12 * static_cast<float>(i);
    lines.push_back(filler("Text", 50, 60, y));
    lines.push_back(set_line(std::to_string(1990 + (i * 7) % 12), 420, y));
  }
  auto page = page_of(std::move(lines));
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, ListsAreNone) {
  auto page = page_of({});
  for (int i = 0; i < 4; ++i) {
    const float y = 112 + 20 * static_cast<float>(i);
    page.lines.push_back(set_line("\u2022", 105, y));
    page.lines.push_back(set_line("An item of it", 140, y));
  }
  page.rules = {level(100, 320, 100), level(100, 320, 120), level(100, 320, 140), level(100, 320, 160),
                level(100, 320, 180)};
  EXPECT_TRUE(take_tables(page).empty());
  for (auto& line : page.lines) {
    line.words[0].text = line.words[0].text == "\u2022" ? "yes" : line.words[0].text;
  }
  EXPECT_EQ(take_tables(page).size(), 1U);
}

TEST(NoTables, WhatRecognitionIsNotSureOfIsNone) {
  auto page = ruled_page();
  const auto set = [&](std::int8_t confidence) {
    for (auto& line : page.lines) {
      for (auto& word : line.words) {
        word.confidence = confidence;
      }
    }
  };
  set(60);
  EXPECT_TRUE(take_tables(page).empty());
  set(80);
  EXPECT_EQ(take_tables(page).size(), 1U);
}

TEST(NoTables, NamesBesideEachOtherAreNone) {
  auto page = page_of({});
  for (int i = 0; i < 5; ++i) {
    const float y = 112 + 12 * static_cast<float>(i);
    page.lines.push_back(set_line("Ada Lovelace", 100, y));
    page.lines.push_back(set_line("Grace Hopper", 220, y));
    page.lines.push_back(set_line("Alan Turing", 340, y));
  }
  EXPECT_TRUE(take_tables(page).empty());
  EXPECT_EQ(page.lines.size(), 15U);
}

TEST(NoTables, AFrameRoundTextIsNone) {
  auto page = page_of({test::filler("Boxed", 40, 105, 112), test::filler("text", 40, 105, 124)});
  page.rules = grid({100, 400}, {100, 130});
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, ColumnsOfTextBetweenRulesAreNone) {
  auto page = page_of({});
  for (int i = 0; i < 20; ++i) {
    const float y = 112 + 12 * static_cast<float>(i);
    page.lines.push_back(test::filler("left", 44, 50, y));
    page.lines.push_back(test::filler("right", 44, 300, y));
  }
  page.rules = {level(50, 520, 90), level(50, 520, 360)};
  EXPECT_TRUE(take_tables(page).empty());
  EXPECT_EQ(page.lines.size(), 40U);
}

TEST(NoTables, UnderlinedWordsAreNone) {
  auto page = page_of({test::filler("Some", 60, 100, 112), test::filler("more", 60, 100, 124)});
  page.rules = {level(100, 160, 114), level(100, 160, 126)};
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, ChartsWithLabelsBesideTheirRowsAreNone) {
  auto page = ruled_page();
  for (const float y : {112.0F, 132.0F, 152.0F}) {
    page.lines.push_back(set_line("tick", 76, y));
  }
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, APageFullOfRulesTakesBoundedTime) {
  auto page = page_of({set_line("One word", 100, 112)});
  for (int i = 0; i < 2000; ++i) {
    const float at = 0.3F * static_cast<float>(i);
    page.rules.push_back(level(0, 600, at));
    page.rules.push_back(upright(at, 0, 800));
  }
  EXPECT_TRUE(take_tables(page).empty());
}

TEST(NoTables, APageOfWordsBetweenRulesTakesBoundedTime) {
  auto page = page_of({});
  for (int i = 0; i < 2000; ++i) {
    const float y = 0.4F * static_cast<float>(i);
    page.lines.push_back(set_line("a b", 100, y, 0.3F));
    page.lines.push_back(set_line("c d e f", 300, y, 0.3F));
    page.rules.push_back({50, y, 550, y + 0.1F});
  }
  take_tables(page);
  EXPECT_LE(page.lines.size(), 4000U);
}

}  // namespace
}  // namespace docket::engine
