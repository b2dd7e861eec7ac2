// Tables that have level rules only.
#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"
#include "engine/layout/tables/table_model.h"
#include "engine/layout/tables/tables.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::cell_at;
using test::header_rows;
using test::level;
using test::open_page;
using test::page_of;
using test::plain_text;
using test::set_line;
using test::set_rows;

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
  EXPECT_EQ(plain_text(tables[0]),
            "Name\tPurpose\tLevel\none\tEstimates how many there are over time\tLow\n"
            "two\tCounts the differences of sequences\tHigh");
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
  EXPECT_EQ(plain_text(tables[0]),
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

}  // namespace
}  // namespace docket::engine
