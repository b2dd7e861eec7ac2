// Columns where no rule divides them: they are told by the gaps that all rows leave.
#pragma once

#include <span>
#include <vector>

#include "engine/layout/tables/table_text.h"
#include "engine/model/document.h"

namespace docket::engine {

/// The middles of the gaps between columns, from left to right. A gap is one that (nearly) all rows leave; those of one
/// piece, or of half the pieces that others have, may run across it if they are few.
std::vector<float> column_gaps(std::span<const TextRow> rows);

/// How far the text of each column reaches, told from pieces that lie in one column only.
std::vector<Box> column_extents(std::span<const TextRow> rows, std::span<const float> xs);

/// Whether all columns are those of running text: long lines, most of which fill their column.
bool is_running_text(std::span<const TextRow> rows, std::span<const float> xs);

/// Whether any column is one of running text whose lines are longer than a table's cells mostly are.
bool has_running_text(std::span<const TextRow> rows, std::span<const float> xs);

}  // namespace docket::engine
