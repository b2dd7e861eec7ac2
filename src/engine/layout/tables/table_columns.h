// Columns and rows where no rule divides them: columns are told by the gaps that all rows leave, rows by how their
// lines follow each other.
#pragma once

#include <span>
#include <vector>

#include "engine/layout/tables/table_grid.h"
#include "engine/layout/tables/table_text.h"

namespace docket::engine {

/// The middles of the gaps between columns, from left to right. A gap is one that (nearly) all rows leave; those of one
/// piece, or of half the pieces that others have, may run across it if they are few.
std::vector<float> column_gaps(std::span<const TextRow> rows);

/// The index of the first line of each row of the table: a line that only goes on the cells above it begins none.
/// `xs` are the edges of the columns.
std::vector<std::size_t> first_lines(std::span<const TextRow> rows, std::span<const float> xs);

/// The grid of a table whose columns have no rules between them. `rules` are level ones among its rows: they divide
/// rows, and one that does not run through tells how far the heads above it reach. The first `heads` lines are known to
/// be heads, which do not tell the columns. A cell that nearly touches the next one is told by where that one's column
/// begins in the other rows. Nothing if there is only one column.
std::optional<Grid> open_grid(std::span<const TextRow> rows, std::span<const Box> rules, std::size_t heads = 0);

/// Whether all columns are those of running text: long lines, most of which fill their column.
bool is_running_text(std::span<const TextRow> rows, std::span<const float> xs);

/// Whether any column is one of running text whose lines are longer than a table's cells mostly are.
bool has_running_text(std::span<const TextRow> rows, std::span<const float> xs);

}  // namespace docket::engine
