// Tables without rules.
#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"
#include "engine/layout/tables/table_aligned.h"
#include "engine/layout/tables/table_model.h"
#include "engine/layout/tables/tables.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::cell_at;
using test::filler;
using test::header_rows;
using test::page_of;
using test::set_line;
using test::set_rows;

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

}  // namespace
}  // namespace docket::engine
