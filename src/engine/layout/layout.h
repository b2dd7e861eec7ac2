// The layout passes: pure functions in a fixed order, from a page's lines as read to its blocks. lay_out()
// runs them; each can be tested, and a further one put between them, on its own.
//
//   clean_lines → mark_scripts → keep_figures → take_vertical_text → take_drawings → take_tables → mirror →
//   reading_order → build_blocks → put_tables → mark_footnotes → make_code → mark_headings → mark_tagged →
//   mark_outlined → make_lists → mark_quotes → place_figures → put_vertical_text → mirror → put_labels → mark_captions
//                                                                                 on one page
//   DocumentDigest → DocumentFindings::apply                                      on the whole document
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Puts a page's lines into blocks: columns, reading order, paragraphs, list items, headings' candidates.
/// Pure; `page.lines` is empty afterwards.
Page lay_out(Page page);

}  // namespace docket::engine
