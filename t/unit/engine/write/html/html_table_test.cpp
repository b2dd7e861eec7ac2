#include "engine/write/html/html_table.h"

#include <gtest/gtest.h>

#include "engine/write/html/html_model.h"

namespace docket::engine {
namespace {

using test::body_of;
using test::html_block;
using test::placed;
using test::set_line;

Cell cell_of(int row, int column, std::string_view text, int row_span = 1, int column_span = 1) {
  Cell cell;
  cell.row = static_cast<std::uint16_t>(row);
  cell.column = static_cast<std::uint16_t>(column);
  cell.row_span = static_cast<std::uint16_t>(row_span);
  cell.column_span = static_cast<std::uint16_t>(column_span);
  const float x = 10 + 30 * static_cast<float>(column);
  cell.box = {x, 20, x + 30 * static_cast<float>(column_span), 30};
  if (!text.empty()) {
    cell.lines = {set_line(text, x, 28)};
  }
  return cell;
}

/// The first `heads` rows are heads.
Block table_of(std::vector<Cell> cells, int heads = 0) {
  auto table = html_block(BlockKind::table, "");
  table.cells = std::move(cells);
  for (auto& cell : table.cells) {
    cell.is_header = cell.row < heads;
  }
  return table;
}

TEST(HtmlTables, HaveAHeadWhereItIsKnown) {
  EXPECT_EQ(
      body_of({{table_of({cell_of(0, 0, "a"), cell_of(0, 1, "b"), cell_of(1, 0, "c<"), cell_of(1, 1, "")}, 1)}}),
      placed("<table@>\n<thead>\n<tr><th>a</th><th>b</th></tr>\n</thead>\n<tbody>\n<tr><td>c&lt;</td><td></td></tr>\n"
             "</tbody>\n</table>\n"));
  EXPECT_EQ(body_of({{table_of({cell_of(0, 0, "a")})}}),
            placed("<table@>\n<tbody>\n<tr><td>a</td></tr>\n</tbody>\n</table>\n"));
  EXPECT_EQ(body_of({{table_of({cell_of(0, 0, "a")}, 1)}}),
            placed("<table@>\n<thead>\n<tr><th>a</th></tr>\n</thead>\n</table>\n"));
}

TEST(HtmlTables, CellsSpanRowsAndColumns) {
  EXPECT_EQ(
      body_of(
          {{table_of({cell_of(0, 0, "a", 2, 1), cell_of(0, 1, "b", 1, 2), cell_of(1, 1, "c"), cell_of(1, 2, "d")})}}),
      placed("<table@>\n<tbody>\n<tr><td rowspan=\"2\">a</td><td colspan=\"2\">b</td></tr>\n"
             "<tr><td>c</td><td>d</td></tr>\n</tbody>\n</table>\n"));
}

TEST(HtmlTables, CellsStayInTheirColumns) {
  EXPECT_EQ(
      body_of({{table_of({cell_of(0, 1, "a", 2, 1), cell_of(1, 2, "b"), cell_of(2, 0, "c"), cell_of(3, 2, "d")})}}),
      placed("<table@>\n<tbody>\n<tr><td></td><td rowspan=\"2\">a</td><td></td></tr>\n<tr><td></td><td>b</td></tr>\n"
             "<tr><td>c</td><td></td><td></td></tr>\n<tr><td></td><td></td><td>d</td></tr>\n</tbody>\n</table>\n"));
}

TEST(HtmlTables, AHeadOutOfWhichACellReachesIsNone) {
  auto table = table_of({cell_of(0, 0, "a", 2, 1), cell_of(0, 1, "b"), cell_of(1, 1, "c")}, 1);
  table.cells[0].is_header = false;
  EXPECT_EQ(body_of({{table}}),
            placed("<table@>\n<tbody>\n<tr><td rowspan=\"2\">a</td><th>b</th></tr>\n<tr><td>c</td></tr>\n"
                   "</tbody>\n</table>\n"));
}

TEST(HtmlTables, GoOnOverPagesWithoutTheHeadsThatAreRepeated) {
  const auto table = table_of({cell_of(0, 0, "a"), cell_of(0, 1, "b"), cell_of(1, 0, "c"), cell_of(1, 1, "d")}, 1);
  EXPECT_EQ(
      body_of({{table}, {table, html_block(BlockKind::paragraph, "After.")}}),
      placed("<table@>\n<thead>\n<tr><th>a</th><th>b</th></tr>\n</thead>\n<tbody>\n<tr><td>c</td><td>d</td></tr>\n"
             "</tbody>\n<tbody@2>\n<tr><td>c</td><td>d</td></tr>\n</tbody>\n</table>\n<p@2>After.</p>\n"));
}

TEST(HtmlTables, CaptionsStandInAFigureWithTheirTable) {
  const auto table = table_of({cell_of(0, 0, "a"), cell_of(0, 1, "b")});
  const std::string rows = "<table@>\n<tbody>\n<tr><td>a</td><td>b</td></tr>\n</tbody>\n";
  const std::string caption = "<figcaption@>Table 1.</figcaption>\n";
  const auto block = html_block(BlockKind::caption, "Table 1.");
  EXPECT_EQ(body_of({{block, table, html_block(BlockKind::paragraph, "After.")}}),
            placed("<figure>\n" + caption + rows + "</table>\n</figure>\n<p@>After.</p>\n"));
  EXPECT_EQ(body_of({{table, block, html_block(BlockKind::paragraph, "After.")}}),
            placed("<figure>\n" + rows + "</table>\n" + caption + "</figure>\n<p@>After.</p>\n"));
  // A table that goes on keeps its figure; what it has on the next page is alone.
  const std::string more = "<tbody@2>\n<tr><td>a</td><td>b</td></tr>\n</tbody>\n</table>\n";
  const std::string alone = "<figure>\n<figcaption@2>Table 1.</figcaption>\n</figure>\n";
  EXPECT_EQ(body_of({{block, table}, {table, block}}),
            placed("<figure>\n" + caption + rows + more + "</figure>\n" + alone));
  EXPECT_EQ(body_of({{table}, {table, block}}), placed(rows + more + alone));
}

TEST(HtmlTables, TextInCellsIsMarked) {
  auto cell = cell_of(0, 0, "one two");
  cell.lines[0].words[1].font = test::bold;
  EXPECT_EQ(body_of({{table_of({cell})}}),
            placed("<table@>\n<tbody>\n<tr><td>one <strong>two</strong></td></tr>\n</tbody>\n</table>\n"));
}

TEST(HtmlTables, OfRightToLeftTextRunToTheLeft) {
  auto table = table_of({cell_of(0, 0, "מילה"), cell_of(0, 1, "b")});
  std::swap(table.cells[0].box, table.cells[1].box);
  EXPECT_EQ(
      body_of({{table}}),
      placed("<table@ dir=\"rtl\">\n<tbody>\n<tr><td dir=\"rtl\">מילה</td><td>b</td></tr>\n</tbody>\n</table>\n"));
}

}  // namespace
}  // namespace docket::engine
