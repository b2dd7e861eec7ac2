// Rows to paragraphs. A row begins a new paragraph if the distance to the row before is unusual, its style another, it
// has a list marker, its indent says so, or the row before was left short although the next word would have fitted.
#pragma once

#include <span>
#include <vector>

#include "engine/layout/reading_order.h"
#include "engine/model/document.h"

namespace docket::engine {

/// Joins rows to paragraphs by leading, indent, style and how full a row is, and paragraphs that go on in the next
/// column. A paragraph that begins with a credible list marker becomes a list item, its marker still among its words.
std::vector<Block> build_blocks(std::vector<Region> regions, std::span<const Font> fonts, Measures measures);

}  // namespace docket::engine
