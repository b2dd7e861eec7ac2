// What is a table and what only looks like one.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/layout/tables/table_grid.h"
#include "engine/layout/tables/table_text.h"

namespace docket::engine {

/// A table's grid and the words in each of its cells.
struct FoundTable {
  Grid grid;
  std::vector<std::vector<TableWord>> words;  ///< by cell, in the order of their middles
};

/// The table that has `words` in `grid`, if it reads as one: text in several rows and columns, of few words each, and
/// none across the edges; and not as a chart does, with labels beside its rows or much space round its words. `page`
/// are all of the page's words, in the order of their middles.
std::optional<FoundTable> credible_table(Grid grid, std::span<const TableWord> words, std::span<const TableWord> page);

}  // namespace docket::engine
