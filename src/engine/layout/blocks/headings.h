// Heading candidates of a page: short blocks that stand alone and differ from the text by size, weight, capitals or a
// number. Whether they are headings, and of which level, is told by heading_digest.
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Turns blocks that look like headings into heading candidates of level 0; the document decides about them.
void mark_headings(Page& page);

}  // namespace docket::engine
