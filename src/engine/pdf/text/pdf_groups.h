// From the words of a PDF page to runs and groups: what belongs together before lines are cut.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/pdf/text/pdf_words.h"

namespace docket::engine {

/// Words that are drawn one after the other and follow each other on one line, raised and lowered ones included.
/// Measures are in the frame of the text.
struct TextRun {
  std::uint32_t first = 0;  ///< its words, in the order in which they are drawn
  std::uint32_t end = 0;
  TextBox box;
  float base = 0;  ///< of most of it: see MainSize
  float size = 0;
  std::uint32_t characters = 0;
  std::uint8_t turns = 0;
  std::uint32_t group = 0;  ///< see group_runs()
};

/// The runs of `words`: no gap in them is as wide as the one between columns may be. Linear.
std::vector<TextRun> make_runs(std::span<const GlyphWord> words);

/// Numbers the groups of the runs, in the order in which they are begun: those beside each other without a gap, and
/// those of one size that stand close below each other, as the lines of a paragraph or of a table's column; and the few
/// that stand apart from such a group by little more than a space. Returns how many there are. n log n.
std::uint32_t group_runs(std::span<TextRun> runs);

}  // namespace docket::engine
