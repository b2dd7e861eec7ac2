// A page's text layer and what was recognised on it, as one.
#pragma once

#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// All lines of the text layer, and of the recognised ones what the text layer does not have at the same place.
/// A group of the text layer stands before the first recognised group that lies below it. Groups are numbered anew.
std::vector<Line> merge_lines(std::vector<Line> text_layer, std::vector<Line> recognised);

}  // namespace docket::engine
