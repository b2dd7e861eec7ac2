#include "engine/layout/tables/table_judge.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace docket::engine {
namespace {

bool is_torn(const TextRow& row) noexcept {
  constexpr float far = 2.5F;  // ems
  for (std::size_t i = 1; i < row.pieces.size(); ++i) {
    if (row.pieces[i].box.x0 - row.pieces[i - 1].box.x1 > far * row.size) {
      return true;
    }
  }
  return false;
}

/// Whether short labels stand beside all rows, the first one too, or the words of cells stand far apart: a chart.
bool is_chart(const FoundTable& table, std::span<const TableWord> words) {
  const auto& grid = table.grid;
  const auto box = grid.box();
  const float size = usual_size(words);
  std::vector<bool> labelled(grid.rows());
  std::vector<TableWord> beside;  // what may be a label: of all words of that height, those that are near
  for (const auto& word : between(words, box.y0, box.y1)) {
    if (word.box.x1 <= box.x0 + 0.5F * size && word.box.x1 > box.x0 - 10 * size) {
      beside.push_back(word);
    }
  }
  for (const auto& row : text_rows(beside)) {
    const auto at = interval_of(grid.ys, (row.box.y0 + row.box.y1) / 2);
    const float height = grid.ys[at + 1] - grid.ys[at];
    const float off = std::abs(grid.ys[at] + grid.ys[at + 1] - row.box.y0 - row.box.y1) / 2;
    for (const auto& piece : row.pieces) {
      const bool is_label = piece.box.x1 <= box.x0 + 0.5F * size && piece.box.x1 > box.x0 - 1.5F * size &&
                            piece.box.width() < 8 * size && off < 0.35F * height;
      labelled[at] = labelled[at] || is_label;
    }
  }
  if (std::ranges::count(labelled, true) == std::ssize(labelled)) {
    return true;
  }
  std::size_t filled = 0;
  std::size_t torn = 0;                     // cells with pieces far apart on one row
  std::vector<float> highest(grid.rows());  // text of each row
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    if (table.words[i].empty()) {
      continue;
    }
    ++filled;
    const auto rows = text_rows(table.words[i]);
    torn += std::ranges::any_of(rows, is_torn) ? 1 : 0;
    auto& height = highest[grid.cells[i].row];
    height = std::max(height, rows.back().box.y1 - rows.front().box.y0);
  }
  std::size_t lines = 0;
  std::size_t hollow = 0;  // rows much higher than their text
  for (std::size_t row = 0; row < highest.size(); ++row) {
    lines += highest[row] > 0 ? 1 : 0;
    hollow += highest[row] > 0 && grid.ys[row + 1] - grid.ys[row] > 4 * highest[row] ? 1 : 0;
  }
  return 4 * torn > filled || 2 * hollow > lines;
}

bool reads_as_table(const FoundTable& table, std::span<const TableWord> page) {
  const auto& grid = table.grid;
  if (grid.rows() < 2 || grid.columns() < 2) {
    return false;
  }
  std::vector<bool> rows(grid.rows());
  std::vector<bool> columns(grid.columns());
  std::size_t filled = 0;
  std::size_t words = 0;
  std::size_t across = 0;  // words that stick out of their cells
  std::size_t chars = 0;
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    const auto& cell = grid.cells[i];
    if (table.words[i].empty()) {
      continue;
    }
    ++filled;
    rows[cell.row] = true;
    if (cell.column_span == 1) {
      columns[cell.column] = true;
    }
    const auto box = grid.box_of(cell);
    for (const auto& word : table.words[i]) {
      ++words;
      chars += word.chars;
      const float slack = 0.5F * word.size;
      across += word.box.x0 < box.x0 - slack || word.box.x1 > box.x1 + slack ? 1 : 0;
    }
  }
  constexpr std::size_t longest_cell = 500;  // characters, on average
  return filled >= 3 && std::ranges::count(rows, true) >= 2 && std::ranges::count(columns, true) >= 2 &&
         10 * across <= words && chars <= longest_cell * filled && 5 * filled >= grid.cells.size() &&
         regularity(grid) >= 0.4F && 10 * std::ranges::count(columns, true) >= 6 * std::ssize(columns) &&
         !is_chart(table, page);
}

}  // namespace

std::optional<FoundTable> credible_table(Grid grid, std::span<const TableWord> words, std::span<const TableWord> page) {
  auto by_cell = words_by_cell(grid, words);
  FoundTable table{std::move(grid), std::move(by_cell)};
  return reads_as_table(table, page) ? std::optional(std::move(table)) : std::nullopt;
}

}  // namespace docket::engine
