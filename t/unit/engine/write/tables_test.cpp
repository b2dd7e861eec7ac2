// Tables in all formats.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/layout/layout_model.h"
#include "engine/write/json.h"
#include "engine/write/markdown/markdown.h"
#include "engine/write/text.h"

namespace docket::engine {
namespace {

using test::page_with;
using test::set_line;

/// A table of one-line cells; the first `heads` rows are heads. An empty text is an empty cell.
Block table_of(const std::vector<std::vector<std::string>>& rows, std::size_t heads = 0) {
  Block table;
  table.kind = BlockKind::table;
  table.box = {0, 0, 100.0F * static_cast<float>(rows.front().size()), 20.0F * static_cast<float>(rows.size())};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      const float x = 100 * static_cast<float>(column);
      const float y = 20 * static_cast<float>(row);
      Cell cell;
      cell.row = static_cast<std::uint16_t>(row);
      cell.column = static_cast<std::uint16_t>(column);
      cell.is_header = row < heads;
      cell.box = {x, y, x + 100, y + 20};
      if (!rows[row][column].empty()) {
        cell.lines = {set_line(rows[row][column], x + 5, y + 12)};
      }
      table.cells.push_back(std::move(cell));
    }
  }
  return table;
}

Block paragraph(std::string_view text) {
  Block block;
  block.lines = {set_line(text, 0, 10)};
  return block;
}

template <class W>
std::string written(W writer, const std::vector<std::vector<Block>>& pages) {
  std::string out;
  for (const auto& blocks : pages) {
    writer.add_page(page_with(blocks), out);
  }
  writer.finish(out);
  return out;
}

std::string markdown(const std::vector<std::vector<Block>>& pages, std::string separator = {}) {
  return written(MarkdownWriter(std::move(separator)), pages);
}

TEST(MarkdownTables, OfSimpleCellsArePipeTables) {
  EXPECT_EQ(markdown({{paragraph("Before."), table_of({{"Name", "Size"}, {"one", ""}, {"a|b", "2"}}, 1),
                       paragraph("After.")}}),
            "Before.\n\n| Name | Size |\n| --- | --- |\n| one |  |\n| a\\|b | 2 |\n\nAfter.\n");
}

TEST(MarkdownTables, CellsKeepNoMarkThatTheyHaveAsAWhole) {
  auto table = table_of({{"Name", "Size"}, {"bold here", "2"}}, 1);
  for (auto& word : table.cells[0].lines[0].words) {
    word.font = test::bold;
  }
  table.cells[2].lines[0].words[0].font = test::bold;
  EXPECT_EQ(markdown({{table}}), "| Name | Size |\n| --- | --- |\n| **bold** here | 2 |\n");
}

TEST(MarkdownTables, FiguresInATypewritersFontAreNoCode) {
  auto table = table_of({{"Name", "Value"}, {"size()", "2.18"}}, 1);
  for (const std::size_t cell : {2U, 3U}) {
    table.cells[cell].lines[0].words[0].font = 3;
  }
  EXPECT_EQ(markdown({{table}}), "| Name | Value |\n| --- | --- |\n| `size()` | 2.18 |\n");
}

TEST(MarkdownTables, LinesOfACellAreOne) {
  auto table = table_of({{"Name", "Size"}, {"hyphen-", "2"}}, 1);
  table.cells[2].lines.push_back(set_line("ated word", 5, 44));
  EXPECT_EQ(markdown({{table}}), "| Name | Size |\n| --- | --- |\n| hyphenated word | 2 |\n");
}

TEST(MarkdownTables, WithSpansAreHtml) {
  auto table = table_of({{"Name", "Both"}, {"a<b", "R&D"}}, 1);
  table.cells[1].column_span = 2;
  table.cells[2].row_span = 2;
  EXPECT_EQ(markdown({{table, paragraph("After.")}}),
            "<table>\n<tr><th>Name</th><th colspan=\"2\">Both</th></tr>\n"
            "<tr><td rowspan=\"2\">a&lt;b</td><td>R&amp;D</td></tr>\n<tr></tr>\n</table>\n\nAfter.\n");
}

TEST(MarkdownTables, GoOnOverPagesWithoutTheHeadsThatAreRepeated) {
  const auto first = table_of({{"Name", "Size"}, {"one", "1"}}, 1);
  const auto second = table_of({{"Name", "Size"}, {"two", "2"}}, 1);
  const auto headless = table_of({{"three", "3"}});
  EXPECT_EQ(markdown({{first}, {second}, {headless, paragraph("After.")}}),
            "| Name | Size |\n| --- | --- |\n| one | 1 |\n| two | 2 |\n| three | 3 |\n\nAfter.\n");
}

TEST(MarkdownTables, OfHtmlGoOnToo) {
  auto first = table_of({{"Both", ""}, {"one", "1"}}, 1);
  first.cells[0].column_span = 2;
  first.cells.erase(first.cells.begin() + 1);
  EXPECT_EQ(markdown({{first}, {table_of({{"two", "2"}})}}),
            "<table>\n<tr><th colspan=\"2\">Both</th></tr>\n<tr><td>one</td><td>1</td></tr>\n"
            "<tr><td>two</td><td>2</td></tr>\n</table>\n");
}

TEST(MarkdownTables, AnotherTableIsAnother) {
  const auto first = table_of({{"Name", "Size"}, {"one", "1"}}, 1);
  const auto other_heads = table_of({{"Name", "Weight"}, {"two", "2"}}, 1);
  const auto other_columns = table_of({{"a", "b", "c"}, {"1", "2", "3"}});
  const std::string head = "| Name | Size |\n| --- | --- |\n| one | 1 |\n\n";
  EXPECT_EQ(markdown({{first}, {other_heads}}), head + "| Name | Weight |\n| --- | --- |\n| two | 2 |\n");
  EXPECT_EQ(markdown({{first}, {other_columns}}), head + "| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n");
  EXPECT_EQ(markdown({{first}, {paragraph("Text."), first}}), head + "Text.\n\n" + head.substr(0, head.size() - 1));
}

TEST(MarkdownTables, SeparatedPagesHaveTheirOwn) {
  const auto table = table_of({{"Name", "Size"}, {"one", "1"}}, 1);
  const std::string text = "| Name | Size |\n| --- | --- |\n| one | 1 |\n";
  EXPECT_EQ(markdown({{table}, {table}}, "---"), text + "\n---\n\n" + text);
}

TEST(TextTables, HaveTabsBetweenColumns) {
  auto table = table_of({{"Name", "Size", "x"}, {"one", "", "y"}}, 1);
  EXPECT_EQ(written(TextWriter({}), {{paragraph("Before."), table, paragraph("After.")}}),
            "Before.\n\nName\tSize\tx\none\t\ty\n\nAfter.\n");
}

TEST(JsonTables, HaveCells) {
  auto table = table_of({{"Name", "Size"}, {"one", ""}}, 1);
  table.cells[1].row_span = 2;
  table.cells.pop_back();
  const auto told = nlohmann::json::parse(written(JsonWriter(false), {{table}}));
  const auto& block = told["pages"][0]["blocks"][0];
  EXPECT_EQ(block["type"], "table");
  EXPECT_EQ(block["rows"], 2);
  EXPECT_EQ(block["columns"], 2);
  EXPECT_EQ(block["text"], "Name\tSize\none");
  EXPECT_EQ(block["cells"].size(), 3U);
  const auto& cell = block["cells"][1];
  EXPECT_EQ(cell["row"], 0);
  EXPECT_EQ(cell["column"], 1);
  EXPECT_EQ(cell["row_span"], 2);
  EXPECT_EQ(cell["column_span"], 1);
  EXPECT_EQ(cell["header"], true);
  EXPECT_EQ(cell["text"], "Size");
  EXPECT_EQ(cell["box"], nlohmann::json({100, 0, 200, 20}));
  EXPECT_EQ(cell["lines"][0]["words"][0]["text"], "Size");
  EXPECT_FALSE(block.contains("lines"));
}

}  // namespace
}  // namespace docket::engine
