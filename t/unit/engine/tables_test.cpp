// Tables of all kinds on small pages: with rules, with level rules only, without; and what looks like one and is none.
#include "engine/layout/tables/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/blocks/captions.h"
#include "engine/text/continuation.h"
#include "engine/model/rendering.h"
#include "engine/layout/tables/table_search.h"
#include "engine/write/plain_table.h"
#include "layout_model.h"

namespace docket::engine {
namespace {

using test::filler;
using test::page_of;
using test::set_line;
using testing::ElementsAre;

Box level(float x0, float x1, float y) {
  return {x0, y - 0.25F, x1, y + 0.25F};
}
Box upright(float x, float y0, float y1) {
  return {x - 0.25F, y0, x + 0.25F, y1};
}

/// All rules of a grid.
std::vector<Box> grid(const std::vector<float>& xs, const std::vector<float>& ys) {
  std::vector<Box> rules;
  for (const float y : ys) {
    rules.push_back(level(xs.front(), xs.back(), y));
  }
  for (const float x : xs) {
    rules.push_back(upright(x, ys.front(), ys.back()));
  }
  return rules;
}

std::string plain(const Block& table) {
  std::string text;
  append_plain_table(text, table);
  return text;
}

const Cell& cell_at(const Block& table, std::size_t row, std::size_t column) {
  for (const auto& cell : table.cells) {
    if (cell.row == row && cell.column == column) {
      return cell;
    }
  }
  ADD_FAILURE() << "no cell at " << row << ", " << column;
  return table.cells.front();
}

std::size_t header_rows(const Block& table) {
  std::size_t rows = 0;
  for (const auto& cell : table.cells) {
    rows = cell.is_header ? std::max<std::size_t>(rows, cell.row + 1U) : rows;
  }
  return rows;
}

Page ruled_page() {
  auto page = page_of({set_line("Country Sales", 105, 112, 10, test::bold), set_line("Austria", 105, 132),
                       set_line("12.5", 205, 132), set_line("France", 105, 152), set_line("7.1", 205, 152)});
  page.rules = grid({100, 200, 300}, {100, 120, 140, 160});
  return page;
}

TEST(Tables, RulesDivideWordsOfOneLine) {
  auto page = page_of({set_line("Austria 12.5", 170, 112), set_line("France", 105, 132), set_line("7.1", 225, 132)});
  page.rules = grid({100, 208, 300}, {100, 120, 140});
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain(tables[0]), "Austria\t12.5\nFrance\t7.1");
}

TEST(Tables, LeaveALineInTheirPlace) {
  auto page = ruled_page();
  page.lines.insert(page.lines.begin(), set_line("A line above the table.", 100, 78));
  page.lines.push_back(set_line("A line below the table.", 100, 200));
  page.fills = {{100, 100, 300, 120}};
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables[0].kind, BlockKind::table);
  ASSERT_EQ(page.lines.size(), 3U);
  EXPECT_EQ(page.lines[2].stands_for, 0);
  EXPECT_EQ(page.lines[2].box, tables[0].box);
}

TEST(Tables, StandInTheReadingOrderWithTheirText) {
  auto page = ruled_page();
  page.lines.insert(page.lines.begin(), set_line("Table 1: Sales.", 100, 90));
  page.lines.insert(page.lines.begin(), set_line("A line above the table.", 100, 78));
  page.lines.push_back(set_line("A line below the table.", 100, 200));
  const auto laid_out = lay_out(std::move(page));
  std::vector<BlockKind> kinds;
  for (const auto& block : laid_out.blocks) {
    kinds.push_back(block.kind);
  }
  EXPECT_THAT(kinds, ElementsAre(BlockKind::paragraph, BlockKind::caption, BlockKind::table, BlockKind::paragraph));
  EXPECT_TRUE(laid_out.rules.empty());
}

TEST(Tables, MissingRulesMakeCellsSpan) {
  auto page = page_of({set_line("Both", 220, 112), set_line("one", 205, 132), set_line("two", 305, 132),
                       set_line("Austria", 105, 152), set_line("1", 205, 152), set_line("2", 305, 152),
                       set_line("more", 105, 172), set_line("3", 205, 172), set_line("4", 305, 172)});
  page.rules = {level(100, 400, 100),   level(200, 400, 120),   level(100, 400, 140),
                level(200, 400, 160),   level(100, 400, 180),   upright(100, 100, 180),
                upright(200, 100, 180), upright(300, 120, 180), upright(400, 100, 180)};
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(cell_at(tables[0], 0, 0).row_span, 2);
  EXPECT_EQ(cell_at(tables[0], 0, 1).column_span, 2);
  EXPECT_EQ(cell_at(tables[0], 2, 0).row_span, 2);
  EXPECT_EQ(text_of(std::span(cell_at(tables[0], 2, 0).lines)), "Austria more");
  EXPECT_EQ(header_rows(tables[0]), 2U);
}

TEST(Tables, OpenAtTheSidesEndWhereTheirRulesDo) {
  auto page = ruled_page();
  std::erase_if(page.rules, [](const Box& rule) { return rule.height() > 1 && (rule.x0 < 101 || rule.x0 > 299); });
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 2U);
  EXPECT_EQ(tables[0].box.x0, 100);
}

TEST(Tables, DoubleRulesAreNoColumn) {
  auto page = ruled_page();
  page.rules.push_back(upright(204, 100, 160));
  page.rules.push_back(level(100, 300, 122));
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 2U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 3U);
}

TEST(Tables, RowsThatNoRuleDividesAreTold) {
  auto page = page_of({});
  for (int i = 0; i < 6; ++i) {
    const float y = 132 + 14 * static_cast<float>(i);
    page.lines.push_back(set_line("Name" + std::to_string(i), 105, y));
    page.lines.push_back(set_line("10" + std::to_string(i), 205, y));
  }
  page.lines.push_back(set_line("Country", 105, 112));
  page.lines.push_back(set_line("Sales", 205, 112));
  page.rules = grid({100, 200, 300}, {100, 120, 210});
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 7U);
  EXPECT_EQ(text_of(std::span(cell_at(tables[0], 3, 1).lines)), "102");
}

TEST(Tables, LinesOfACellKeepTheirOrder) {
  auto page = page_of({set_line("second line", 105, 124), set_line("first line", 105, 112), set_line("1", 225, 112),
                       set_line("other", 105, 152), set_line("2", 225, 152)});
  page.rules = grid({100, 208, 300}, {100, 140, 160});
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain(tables[0]), "first line second line\t1\nother\t2");
}

TEST(Tables, OfRightToLeftTextBeginAtTheRight) {
  auto page = page_of(
      {set_line("12", 105, 112), set_line("שלום", 205, 112), set_line("13", 105, 132), set_line("עולם", 205, 132)});
  page.rules = grid({100, 200, 300}, {100, 120, 140});
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain(tables[0]), "שלום\t12\nעולם\t13");
}

/// A table as in books: a head between two rules, rows, a rule below.
Page open_page() {
  auto page = page_of({set_line("Lecture", 100, 112), set_line("Contents of it", 180, 112)});
  for (int i = 1; i <= 4; ++i) {
    const float y = 118 + 12 * static_cast<float>(i);
    page.lines.push_back(set_line("0" + std::to_string(i), 110, y));
    page.lines.push_back(set_line("Processes of decision", 180, y));
  }
  page.rules = {level(98, 320, 100), level(98, 320, 116), level(98, 320, 172)};
  return page;
}

TEST(OpenTables, HaveTheirHeadAboveTheRule) {
  auto page = open_page();
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 5U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 2U);
  EXPECT_EQ(header_rows(tables[0]), 1U);
  EXPECT_EQ(text_of(std::span(cell_at(tables[0], 1, 0).lines)), "01");
}

TEST(OpenTables, GoOnToTheEndOfThePageWithoutARuleBelow) {
  auto page = open_page();
  page.rules.pop_back();
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 5U);
}

TEST(OpenTables, WrappedLinesBelongToTheirRow) {
  auto page = page_of({set_line("Name", 100, 112), set_line("Purpose", 160, 112), set_line("Level", 300, 112),
                       set_line("one", 100, 130), set_line("Estimates how many there", 160, 130),
                       set_line("Low", 300, 130), set_line("are over time", 160, 141), set_line("two", 100, 155),
                       set_line("Counts the differences of", 160, 155), set_line("High", 300, 155),
                       set_line("sequences", 160, 166)});
  page.rules = {level(98, 340, 100), level(98, 340, 116), level(98, 340, 172)};
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain(tables[0]),
            "Name\tPurpose\tLevel\none\tEstimates how many there are over time\tLow\n"
            "two\tCounts the differences of sequences\tHigh");
}

/// Rows of cells, `pitch` points apart, the first of each row at x[0] and so on; nothing where a text is empty.
std::vector<Line> set_rows(std::vector<std::vector<std::string>> rows, std::vector<float> x, float pitch = 14) {
  std::vector<Line> lines;
  float y = 112;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].empty()) {
        lines.push_back(set_line(row[i], x[i], y));
      }
    }
    y += pitch;
  }
  return lines;
}

TEST(OpenTables, ACellThatReachesTheNextOneIsTold) {
  auto page = page_of(set_rows({{"Name", "Field", "Level"},
                                {"one", "Old species", "Low"},
                                {"two", "Genes", "High"},
                                {"long_name", "Evolution", "High"},  // a space before the next cell
                                {"three", "Old genes", "Low"}},
                               {100, 150, 240}));
  page.rules = {level(98, 280, 100), level(98, 280, 116), level(98, 280, 172)};
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain(tables[0]),
            "Name\tField\tLevel\none\tOld species\tLow\ntwo\tGenes\tHigh\nlong_name\tEvolution\tHigh\n"
            "three\tOld genes\tLow");
}

TEST(OpenTables, WordsBelowEachOtherInOneColumnPartNothing) {
  auto page = page_of({set_line("Name", 100, 112), set_line("Level", 240, 112)});
  for (int i = 0; i < 5; ++i) {
    const float y = 130 + 12 * static_cast<float>(i);
    page.lines.push_back(set_line(i < 2 ? "no. gene" : "old gene", 100, y));
    page.lines.push_back(set_line("Low", 240, y));
  }
  page.rules = {level(98, 280, 100), level(98, 280, 116), level(98, 280, 184)};
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 2U);
}

TEST(OpenTables, ARuleUnderAHeadTellsItsColumns) {
  auto page =
      page_of({set_line("First", 190, 112), set_line("Second", 290, 112), set_line("Name", 100, 128),
               set_line("n", 180, 128), set_line("pos", 230, 128), set_line("n", 280, 128), set_line("pos", 330, 128)});
  for (int i = 0; i < 3; ++i) {
    const float y = 146 + 12 * static_cast<float>(i);
    page.lines.push_back(set_line("Row" + std::to_string(i), 100, y));
    for (int k = 0; k < 4; ++k) {
      page.lines.push_back(set_line(std::to_string(10 * i + k), 180 + 50 * static_cast<float>(k), y));
    }
  }
  page.rules = {level(98, 350, 100), level(175, 250, 116), level(275, 350, 116), level(98, 350, 132),
                level(98, 350, 176)};
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 5U);
  EXPECT_EQ(cell_at(tables[0], 0, 1).column_span, 2);
  EXPECT_EQ(cell_at(tables[0], 0, 3).column_span, 2);
  EXPECT_EQ(header_rows(tables[0]), 2U);
}

TEST(AlignedTables, AreTakenForTheirFigures) {
  auto page = page_of({});
  for (int i = 0; i < 5; ++i) {
    const float y = 112 + 12 * static_cast<float>(i);
    page.lines.push_back(set_line("Country" + std::to_string(i), 100, y));
    page.lines.push_back(set_line(std::to_string(100 + i), 200, y));
    page.lines.push_back(set_line(std::to_string(200 + i) + "%", 260, y));
  }
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 5U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 3U);
}

TEST(AlignedTables, HaveHeadsAndNamesOfTheirRows) {
  auto page = page_of(set_rows({{"", "Number of", "Share of"},
                                {"Groups", "members", "all"},
                                {"Northern Europe"},
                                {"Denmark", "120", "10 %"},
                                {"Finland", "240", "20 %"},
                                {"The south of it"},
                                {"Italy", "480", "40 %"},
                                {"Spain", "360", "30 %"}},
                               {100, 200, 280}));
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 3U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 7U);
  EXPECT_EQ(header_rows(tables[0]), 1U);
  EXPECT_EQ(text_of(cell_at(tables[0], 0, 1).lines), "Number of members");
  EXPECT_EQ(text_of(cell_at(tables[0], 6, 0).lines), "Spain");
}

TEST(AlignedTables, HaveLabelsOfSeveralLines) {
  auto page = page_of(set_rows({{"Companies of all", "12", "-"},
                                {"sizes and kinds"},
                                {"Companies with one", "7", "3"},
                                {"or two members"},
                                {"Others", "1", "x"}},
                               {100, 220, 280}, 12));
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 3U);
  EXPECT_EQ(text_of(cell_at(tables[0], size_of_table(tables[0]).rows - 1, 2).lines), "x");
}

TEST(AlignedTables, RowsOfFiguresAreNotJoined) {
  // Each label fills its column, and the lines are tight: figures tell that they are rows.
  auto page = page_of(set_rows({{"Heading here", "Some", "Other"},
                                {"Social work", "63 (18.5%)", "597 (16.4%)"},
                                {"Civil works", "89 (55.6%)", "207 (57.0%)"},
                                {"Humanities", "77 (22.6%)", "755 (20.7%)"},
                                {"All of them", "229", "1559"}},
                               {100, 200, 300}, 11));
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).rows, 5U);
}

TEST(AlignedTables, HaveTwoColumnsIfTheSecondIsOfFigures) {
  const std::vector<std::vector<std::string>> countries{
      {"Algeria", "6.19"}, {"Egypt", "6.60"}, {"Jordan", "2.18"}, {"Lebanon", "3.00"}};
  auto page = page_of(set_rows(countries, {100, 250}));
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(size_of_table(tables[0]).columns, 2U);
  auto few = countries;
  few.pop_back();
  page = page_of(set_rows(few, {100, 250}));
  EXPECT_TRUE(take_tables(page).empty());
}

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

TEST(AlignedTables, AreSearchedForWhereRowsHaveSeveralPieces) {
  std::vector<Line> columns;
  std::vector<Line> cells;
  for (int i = 0; i < 6; ++i) {
    const auto line = static_cast<float>(i);
    columns.push_back(filler("Text", 40, 60, 112 + 12 * line));
    columns.push_back(filler(i == 2 ? "1999" : "text", 40, 320, 112 + 12 * line));
    auto row = set_line("Country 100 200", 60, 112 + 6 * line);  // tight: the rows reach into each other
    for (std::size_t word = 1; word < 3; ++word) {
      row.words[word].box.x0 += 60 * static_cast<float>(word);
      row.words[word].box.x1 += 60 * static_cast<float>(word);
    }
    cells.push_back(std::move(row));
  }
  EXPECT_FALSE(may_have_aligned_tables({}));
  EXPECT_TRUE(may_have_aligned_tables(cells));
  cells.resize(2);
  EXPECT_FALSE(may_have_aligned_tables(cells));
  EXPECT_FALSE(may_have_aligned_tables(columns));
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

TEST(PutTables, ATableInTheMiddleOfABlockDividesIt) {
  Block block;
  block.lines = {set_line("before", 100, 100), set_line("x", 100, 120), set_line("after", 100, 140)};
  block.lines[1].stands_for = 0;
  Block table;
  table.kind = BlockKind::table;
  std::vector<Block> blocks{block};
  put_tables(blocks, {table});
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(text_of(blocks[0]), "before");
  EXPECT_EQ(blocks[1].kind, BlockKind::table);
  EXPECT_EQ(text_of(blocks[2]), "after");
}

TEST(Captions, AreWhatBeginsSoBesideATable) {
  const auto paragraph = [](std::string_view text) {
    Block block;
    block.lines = {set_line(text, 100, 100)};
    return block;
  };
  Block table;
  table.kind = BlockKind::table;
  std::vector<Block> blocks{paragraph("Table 2 shows it."), paragraph("Tabelle 3.1: Zahlen"), table,
                            paragraph("Table lamps are lamps.")};
  mark_captions(blocks);
  EXPECT_EQ(blocks[0].kind, BlockKind::paragraph);
  EXPECT_EQ(blocks[1].kind, BlockKind::caption);
  EXPECT_EQ(blocks[3].kind, BlockKind::paragraph);
}

}  // namespace
}  // namespace docket::engine
