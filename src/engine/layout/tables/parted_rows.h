// Rows of a table whose cells nearly touch: they are parted where the columns of the other rows begin.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/layout/tables/table_text.h"

namespace docket::engine {

/// Rows, parted.
struct PartedRows {
  std::vector<TextRow> rows;
  std::vector<float> used;  ///< the edges at which rows were parted, one for each time
};

/// Parts rows where words begin at columns' edges: a cell may reach so far that no more than a space is left before the
/// next one. The first `heads` rows do not tell the edges. No rows if there are no such edges.
PartedRows part_rows(std::span<const TextRow> rows, std::size_t heads);

/// The gaps of rows that were parted at some edges: those that all leave, and those before these edges.
std::vector<float> gaps_of_parted(std::span<const TextRow> rows, std::span<const float> edges);

}  // namespace docket::engine
