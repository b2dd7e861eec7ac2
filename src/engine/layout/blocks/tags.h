// What a tagged file calls its text, where that can be right.
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Lets the tags of the page's lines correct its blocks: headings (Block::tagged, of which the document decides whether
/// it believes them) and list items that were not told from the paragraphs around them, code, captions, and what is no
/// part of the text at the page's edges. Page::tags is empty afterwards. Tags that leave out much of the page's text
/// are of no account; so are those that call all of it the same.
void mark_tagged(Page& page);

}  // namespace docket::engine
