// Tables from the rules that divide them.
#pragma once

#include <span>
#include <vector>

#include "engine/layout/tables/table_judge.h"

namespace docket::engine {

/// Tables whose columns and rows rules divide, wholly or in part. `words` are in the order of their middles.
std::vector<FoundTable> find_ruled_tables(std::span<const Box> rules, std::span<const TableWord> words);

}  // namespace docket::engine
