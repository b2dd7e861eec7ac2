// The last pass over a page: list items lose their markers' words and get their depth from how far they are indented.
#pragma once

#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Takes the markers out of list items' words and gives the items their depth.
void make_lists(std::vector<Block>& blocks);

}  // namespace docket::engine
