// Captions: told by the word and number that they begin with.
#pragma once

#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Whether the first of `lines` begins as captions do: "Figure 3.", "Tab. 2:", "Tabelle IV".
bool begins_caption(std::span<const Line> lines);

/// Whether they begin as captions of figures do, and not as those of tables or listings.
bool begins_figure_caption(std::span<const Line> lines);

/// Marks paragraphs that begin so and stand next to a table or figure as captions.
void mark_captions(std::vector<Block>& blocks);

}  // namespace docket::engine
