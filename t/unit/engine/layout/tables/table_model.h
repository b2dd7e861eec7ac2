// Pages with tables on them, and questions about the tables that were found.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/layout/layout_model.h"
#include "engine/model/document.h"
#include "engine/write/plain_table.h"

namespace docket::engine::test {

inline Box level(float x0, float x1, float y) {
  return {x0, y - 0.25F, x1, y + 0.25F};
}
inline Box upright(float x, float y0, float y1) {
  return {x - 0.25F, y0, x + 0.25F, y1};
}

/// All rules of a grid.
inline std::vector<Box> grid(const std::vector<float>& xs, const std::vector<float>& ys) {
  std::vector<Box> rules;
  for (const float y : ys) {
    rules.push_back(level(xs.front(), xs.back(), y));
  }
  for (const float x : xs) {
    rules.push_back(upright(x, ys.front(), ys.back()));
  }
  return rules;
}

inline std::string plain_text(const Block& table) {
  std::string text;
  append_plain_table(text, table);
  return text;
}

inline const Cell& cell_at(const Block& table, std::size_t row, std::size_t column) {
  for (const auto& cell : table.cells) {
    if (cell.row == row && cell.column == column) {
      return cell;
    }
  }
  ADD_FAILURE() << "no cell at " << row << ", " << column;
  return table.cells.front();
}

inline std::size_t header_rows(const Block& table) {
  std::size_t rows = 0;
  for (const auto& cell : table.cells) {
    rows = cell.is_header ? std::max<std::size_t>(rows, cell.row + 1U) : rows;
  }
  return rows;
}

inline Page ruled_page() {
  auto page = page_of({set_line("Country Sales", 105, 112, 10, bold), set_line("Austria", 105, 132),
                       set_line("12.5", 205, 132), set_line("France", 105, 152), set_line("7.1", 205, 152)});
  page.rules = grid({100, 200, 300}, {100, 120, 140, 160});
  return page;
}

/// A table as in books: a head between two rules, rows, a rule below.
inline Page open_page() {
  auto page = page_of({set_line("Lecture", 100, 112), set_line("Contents of it", 180, 112)});
  for (int i = 1; i <= 4; ++i) {
    const float y = 118 + 12 * static_cast<float>(i);
    page.lines.push_back(set_line("0" + std::to_string(i), 110, y));
    page.lines.push_back(set_line("Processes of decision", 180, y));
  }
  page.rules = {level(98, 320, 100), level(98, 320, 116), level(98, 320, 172)};
  return page;
}

/// Rows of cells, `pitch` points apart, the first of each row at x[0] and so on; nothing where a text is empty.
inline std::vector<Line> set_rows(std::vector<std::vector<std::string>> rows, std::vector<float> x, float pitch = 14) {
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

}  // namespace docket::engine::test
