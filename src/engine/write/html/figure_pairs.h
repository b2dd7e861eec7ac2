// Which captions stand in one figure with what they belong to.
#pragma once

#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// For each block of the page: whether it and the next one are a caption and its picture or table, in either order.
/// No block is in two pairs.
std::vector<bool> pair_captions(const Page& page);

}  // namespace docket::engine
