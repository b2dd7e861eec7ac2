// Rows where no rule divides them: they are told by how their lines follow each other.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/layout/tables/table_text.h"

namespace docket::engine {

/// The index of the first line of each row of the table: a line that only goes on the cells above it begins none.
/// `xs` are the edges of the columns.
std::vector<std::size_t> first_lines(std::span<const TextRow> rows, std::span<const float> xs);

}  // namespace docket::engine
