// Tables without rules: several rows, one below the other, whose pieces stand in the same columns.
#pragma once

#include <span>
#include <vector>

#include "engine/layout/tables/table_judge.h"

namespace docket::engine {

/// Tables without rules: rows of short pieces, most of them figures, that stand in columns. `words` are those of
/// `lines` that no other table has.
std::vector<FoundTable> find_aligned_tables(std::span<const TableWord> words, std::span<const Line> lines);

/// False where find_aligned_tables() cannot find anything, told from the lines alone: most pages of running text, for
/// which nothing else need be looked at then. Errs towards true.
bool may_have_aligned_tables(std::span<const Line> lines);

}  // namespace docket::engine
