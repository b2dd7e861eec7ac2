// From the words of a PDF page to its lines.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/pdf/text/pdf_words.h"

namespace docket::engine {

/// Words beside each other, from left to right in the frame of the text.
struct GlyphLine {
  std::uint32_t first = 0;  ///< indices into GlyphLines::words
  std::uint32_t end = 0;
  float base = 0;           ///< see MainSize
  std::uint32_t group = 0;  ///< of its paragraph, or what looks like one: see group_runs()
};

/// All lines of a page: group by group, in the order in which these are begun, and in each from top to bottom.
struct GlyphLines {
  std::vector<GlyphWord> words;
  std::vector<GlyphLine> lines;
};

/// Puts `words` into lines. What is drawn twice at one place is there once (bold letters and shadows are made so);
/// pieces of words that stand beside each other without a space are one word, and so are letters that are set apart
/// evenly. n log n.
GlyphLines make_lines(std::vector<GlyphWord> words, const PageGlyphs& page);

}  // namespace docket::engine
