// The grid of a table whose columns no rules divide.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "engine/layout/tables/table_grid.h"
#include "engine/layout/tables/table_text.h"
#include "engine/model/document.h"

namespace docket::engine {

/// The grid of a table whose columns have no rules between them. `rules` are level ones among its rows: they divide
/// rows, and one that does not run through tells how far the heads above it reach. The first `heads` lines are known to
/// be heads, which do not tell the columns. A cell that nearly touches the next one is told by where that one's column
/// begins in the other rows. Nothing if there is only one column.
std::optional<Grid> open_grid(std::span<const TextRow> rows, std::span<const Box> rules, std::size_t heads = 0);

}  // namespace docket::engine
