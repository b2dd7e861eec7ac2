// Where on a page tables are.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/model/document.h"
#include "engine/layout/tables/table_grid.h"
#include "engine/layout/tables/table_text.h"

namespace docket::engine {

/// A table's grid and the words in each of its cells.
struct FoundTable {
  Grid grid;
  std::vector<std::vector<TableWord>> words;  ///< by cell, in the order of their middles
};

/// Tables whose columns and rows rules divide, wholly or in part. `words` are in the order of their middles.
std::vector<FoundTable> find_ruled_tables(std::span<const Box> rules, std::span<const TableWord> words);

/// Tables that have level rules only: above, beneath, and under their heads. What lies in `taken` is left alone.
std::vector<FoundTable> find_open_tables(std::span<const Box> rules, std::span<const TableWord> words,
                                         std::span<const Box> taken);

/// Tables without rules: rows of short pieces, most of them figures, that stand in columns. `words` are those of
/// `lines` that no other table has.
std::vector<FoundTable> find_aligned_tables(std::span<const TableWord> words, std::span<const Line> lines);

/// False where find_aligned_tables() cannot find anything, told from the lines alone: most pages of running text, for
/// which nothing else need be looked at then. Errs towards true.
bool may_have_aligned_tables(std::span<const Line> lines);

/// The table that has `words` in `grid`, if it reads as one: text in several rows and columns, of few words each, and
/// none across the edges; and not as a chart does, with labels beside its rows or much space round its words. `page`
/// are all of the page's words, in the order of their middles.
std::optional<FoundTable> credible_table(Grid grid, std::span<const TableWord> words, std::span<const TableWord> page);

}  // namespace docket::engine
