// Tables: the pass that takes them off a page before its text is put in order, and the one that puts them back.
#pragma once

#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Finds the page's tables and takes their words out of its lines. Each leaves a line that stands for it, as high and
/// wide as the table (Line::stands_for), so that it takes part in the reading order as one piece. Bounded on any
/// page; returns the tables, by what stands for them.
std::vector<Block> take_tables(Page& page);

/// Puts each table where the line that stands for it is.
void put_tables(std::vector<Block>& blocks, std::vector<Block> tables);

}  // namespace docket::engine
