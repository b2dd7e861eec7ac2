// Tables with rules on small pages, and where tables stand on a page.
#include "engine/layout/tables/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/blocks/captions.h"
#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/layout/tables/table_model.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::cell_at;
using test::grid;
using test::header_rows;
using test::level;
using test::page_of;
using test::plain_text;
using test::ruled_page;
using test::set_line;
using test::upright;
using testing::ElementsAre;

TEST(Tables, RulesDivideWordsOfOneLine) {
  auto page = page_of({set_line("Austria 12.5", 170, 112), set_line("France", 105, 132), set_line("7.1", 225, 132)});
  page.rules = grid({100, 208, 300}, {100, 120, 140});
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain_text(tables[0]), "Austria\t12.5\nFrance\t7.1");
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
  EXPECT_EQ(plain_text(tables[0]), "first line second line\t1\nother\t2");
}

TEST(Tables, OfRightToLeftTextBeginAtTheRight) {
  auto page = page_of(
      {set_line("12", 105, 112), set_line("שלום", 205, 112), set_line("13", 105, 132), set_line("עולם", 205, 132)});
  page.rules = grid({100, 200, 300}, {100, 120, 140});
  const auto tables = take_tables(page);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(plain_text(tables[0]), "שלום\t12\nעולם\t13");
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
