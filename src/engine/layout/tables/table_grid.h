// The grid of a table: where its columns and rows are divided, and which slots of it one cell takes together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/layout/tables/table_text.h"
#include "engine/model/document.h"

namespace docket::engine {

/// The slots that a cell takes; counted from 0.
struct GridCell {
  std::uint16_t row = 0;
  std::uint16_t column = 0;
  std::uint16_t row_span = 1;
  std::uint16_t column_span = 1;

  friend bool operator==(const GridCell&, const GridCell&) = default;
};

struct Grid {
  std::vector<float> xs;          ///< edges of the columns, from left to right: one more than there are columns
  std::vector<float> ys;          ///< edges of the rows, from top to bottom
  std::vector<GridCell> cells;    ///< row by row; every slot belongs to exactly one
  std::uint16_t header_rows = 0;  ///< rows that rules set apart as the table's head

  [[nodiscard]] std::size_t rows() const noexcept { return ys.size() - 1; }
  [[nodiscard]] std::size_t columns() const noexcept { return xs.size() - 1; }
  [[nodiscard]] Box box() const noexcept { return {xs.front(), ys.front(), xs.back(), ys.back()}; }
  [[nodiscard]] Box box_of(const GridCell& cell) const noexcept {
    return {xs[cell.column], ys[cell.row], xs[cell.column + std::size_t{cell.column_span}],
            ys[cell.row + std::size_t{cell.row_span}]};
  }
};

/// No table has more slots.
inline constexpr std::size_t most_slots = 20'000;

/// Which interval between ascending `edges` has `at`; the nearest for what lies outside.
std::size_t interval_of(std::span<const float> edges, float at) noexcept;

/// For every slot of the grid, row by row, the index of its cell.
std::vector<std::uint32_t> cells_by_slot(const Grid& grid);

/// The words of each cell of a grid, in the order in which `words` gives them.
std::vector<std::vector<TableWord>> words_by_cell(const Grid& grid, std::span<const TableWord> words);

/// Rules that touch or cross each other, directly or by way of others.
struct RuleGroup {
  std::vector<Box> level;    ///< from top to bottom
  std::vector<Box> upright;  ///< from left to right
  Box box;
};

/// Groups that have two rules at least.
std::vector<RuleGroup> connected_rules(std::span<const Box> rules);

/// The grid that rules draw; where a rule between two slots is missing they are one cell's. Nothing if the rules make
/// less than two slots, or more than `most_slots`.
std::optional<Grid> ruled_grid(const RuleGroup& rules);

/// How much of the height of the table its inner column edges run through, 0 … 1: in a table much, in a drawing little.
float regularity(const Grid& grid) noexcept;

/// Removes rows and columns that have no text and are too narrow for any: the gaps of double rules.
void drop_slivers(Grid& grid, std::span<const TableWord> words, float size);

/// Divides row `row` at `edges`, which lie inside it: its cells of one row become cells one below the other.
void split_row(Grid& grid, std::size_t row, std::span<const float> edges);

/// Divides column `column` at `edges`: its cells of one column become cells side by side.
void split_column(Grid& grid, std::size_t column, std::span<const float> edges);

}  // namespace docket::engine
