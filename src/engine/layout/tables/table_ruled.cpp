#include "engine/layout/tables/table_ruled.h"

#include <algorithm>
#include <cmath>

#include "engine/layout/tables/open_grid.h"
#include "engine/layout/tables/table_columns.h"
#include "engine/layout/tables/table_rows.h"

namespace docket::engine {
namespace {

std::vector<TableWord> words_inside(std::span<const TableWord> words, const Box& box) {
  std::vector<TableWord> inside;
  for (const auto& word : between(words, box.y0, box.y1)) {
    if (word.middle_x() >= box.x0 && word.middle_x() <= box.x1) {
      inside.push_back(word);
    }
  }
  return inside;
}

/// Divides a row that holds most of the table's lines: rules around the whole and under the heads only.
void split_tall_rows(Grid& grid, std::span<const TableWord> words) {
  const auto rows = text_rows(words);
  constexpr std::size_t most_bands = 4;
  if (grid.columns() < 2 || grid.rows() > most_bands) {
    return;
  }
  for (auto row = grid.rows(); row-- > 0;) {
    const auto first = std::ranges::find_if(
        rows, [&](const TextRow& line) { return (line.box.y0 + line.box.y1) / 2 >= grid.ys[row]; });
    const auto end = std::find_if(
        first, rows.end(), [&](const TextRow& line) { return (line.box.y0 + line.box.y1) / 2 >= grid.ys[row + 1]; });
    const auto lines = std::span(first, end);
    const auto wide = std::ranges::count_if(lines, [](const TextRow& line) { return line.pieces.size() >= 2; });
    if (lines.size() < 3 || 10 * lines.size() < 6 * rows.size() ||
        10 * static_cast<std::size_t>(wide) < 7 * lines.size()) {
      continue;
    }
    std::vector<float> edges;
    for (const auto start : first_lines(lines, grid.xs)) {
      if (start > 0) {
        edges.push_back((lines[start - 1].box.y1 + lines[start].box.y0) / 2);
      }
    }
    if ((grid.rows() + edges.size()) * grid.columns() <= most_slots) {
      split_row(grid, row, edges);
    }
  }
}

/// Divides the only column of a table that has level rules and a frame.
void split_only_column(Grid& grid, std::span<const TableWord> words) {
  if (grid.columns() != 1) {
    return;
  }
  const auto rows = text_rows(words);
  const auto gaps = column_gaps(rows);
  if (gaps.empty() || rows.size() < 3 || (gaps.size() + 1) * grid.rows() > most_slots) {
    return;
  }
  std::vector<float> xs{grid.xs.front()};
  xs.insert(xs.end(), gaps.begin(), gaps.end());
  xs.push_back(grid.xs.back());
  if (std::ranges::is_sorted(xs) && !is_running_text(rows, xs)) {
    split_column(grid, 0, gaps);
  }
}

/// The grid by gaps in place of the ruled one, where rules divide few of the columns that the text has: one behind the
/// names at the left, say.
void refine_columns(Grid& grid, std::span<const TableWord> words, const RuleGroup& rules) {
  constexpr std::size_t few = 2;
  if (grid.columns() < 2 || grid.columns() > few) {
    return;
  }
  const auto rows = text_rows(words);
  if (rows.size() < 3) {
    return;
  }
  auto open = open_grid(rows, rules.level);
  const auto has_most = [&](const TextRow& row) { return open && row.pieces.size() + 1 >= open->columns(); };
  if (!open || 2 * static_cast<std::size_t>(std::ranges::count_if(rows, has_most)) < rows.size() ||
      open->columns() < 2 * grid.columns() || is_running_text(rows, open->xs)) {
    return;
  }
  open->xs.front() = std::min(open->xs.front(), grid.xs.front());
  open->xs.back() = std::max(open->xs.back(), grid.xs.back());
  grid = std::move(*open);
}

}  // namespace

std::vector<FoundTable> find_ruled_tables(std::span<const Box> rules, std::span<const TableWord> words) {
  std::vector<FoundTable> tables;
  for (const auto& group : connected_rules(rules)) {
    // A word belongs to one table: what overlaps one that was found is a part of it.
    const bool is_inside = std::ranges::any_of(tables, [&](const FoundTable& table) {
      const auto box = table.grid.box();
      return group.box.x0 < box.x1 - 1 && box.x0 + 1 < group.box.x1 && group.box.y0 < box.y1 - 1 &&
             box.y0 + 1 < group.box.y1;
    });
    if (is_inside || group.level.size() < 2 || group.upright.empty()) {
      continue;
    }
    auto grid = ruled_grid(group);
    if (!grid) {
      continue;
    }
    const auto inside = words_inside(words, grid->box());
    if (inside.empty()) {
      continue;
    }
    drop_slivers(*grid, inside, usual_size(inside));
    split_only_column(*grid, inside);
    split_tall_rows(*grid, inside);
    refine_columns(*grid, inside, group);
    if (auto table = credible_table(std::move(*grid), inside, words); table) {
      tables.push_back(std::move(*table));
    }
  }
  return tables;
}

}  // namespace docket::engine
