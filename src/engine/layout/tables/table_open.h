// Tables that have level rules only, as in books and papers.
#pragma once

#include <span>
#include <vector>

#include "engine/layout/tables/table_judge.h"

namespace docket::engine {

/// Tables that have level rules only: above, beneath, and under their heads. What lies in `taken` is left alone.
std::vector<FoundTable> find_open_tables(std::span<const Box> rules, std::span<const TableWord> words,
                                         std::span<const Box> taken);

}  // namespace docket::engine
