// Footnotes: small text at the foot of a page or column, or beside the text, that begins with a mark which is raised in
// the text; and the rest of one that goes on on the next page, below the rule there.
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Makes footnotes of small paragraphs at the foot of a page or column, and of side notes, that begin with a mark which
/// is raised in the text: one block for each, with the mark as its marker and not among its words. A further paragraph
/// of a note is a footnote without a marker, and so is the rest of one that began on the page before. What refers to
/// them becomes Script::note, and a paragraph that goes on in the next column goes on past them.
void mark_footnotes(Page& page);

}  // namespace docket::engine
