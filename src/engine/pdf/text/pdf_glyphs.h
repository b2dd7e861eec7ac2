// The characters of a PDF page as they are drawn: what words and lines are made of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

// In units of the font size.
constexpr float same_place_along = 0.1F;  ///< a character as near to another is drawn over it
constexpr float same_place_across = 0.2F;
constexpr float widest_shift = 0.5F;  ///< of raised and lowered words from their line's baseline

/// Where text is on its page is told in the text's own frame: the page turned by quarters so that the text stands
/// upright, runs to the right and goes on below. `along` grows with the text, `across` from line to line.
struct TextBox {
  float along0 = 0, across0 = 0, along1 = 0, across1 = 0;
};

/// What characters that are drawn with the same font in the same way share.
struct GlyphStyle {
  std::int32_t font = -1;       ///< index into the fonts of the page; -1 without one
  float size = 0;               ///< units of the page
  float ascent = 0;             ///< above the baseline, in units of `size`; of vertical writing half its width
  float descent = 0;            ///< negative below the baseline
  std::uint8_t turns = 0;       ///< clockwise quarters of the text's frame on the page: 0 … 3
  bool is_vertical = false;     ///< vertical writing; `turns` is that of its column laid on its side
  bool is_replacement = false;  ///< of a replacement text (ActualText), which does not stand where its glyphs do

  friend bool operator==(const GlyphStyle&, const GlyphStyle&) = default;
};

/// One character. A code that stands for several is as many of them, side by side.
struct Glyph {
  float start = 0;  ///< along; greater than `end` where it is drawn backwards
  float end = 0;
  float base = 0;             ///< across
  std::uint32_t code = 0;     ///< of Unicode
  std::uint32_t style = 0;    ///< index into PageGlyphs::styles
  std::int32_t position = 0;  ///< in the strings that are shown; see ContentMarks
};

/// All of a page, in the order in which they are drawn. Coordinates are finite.
struct PageGlyphs {
  std::vector<Glyph> glyphs;
  std::vector<GlyphStyle> styles;
};

/// From the frame of text that is turned by so many quarters to the page.
inline Box on_page(const TextBox& box, std::uint8_t turns) noexcept {
  switch (turns & 3U) {
    case 0:
      return {box.along0, box.across0, box.along1, box.across1};
    case 1:
      return {-box.across1, box.along0, -box.across0, box.along1};
    case 2:
      return {-box.along1, -box.across1, -box.along0, -box.across0};
    default:
      return {box.across0, -box.along1, box.across1, -box.along0};
  }
}

/// What separates words: spaces of any width, line ends, tabs.
inline bool is_blank(std::uint32_t code) noexcept {
  return code == 0x20 || (code >= 0x09 && code <= 0x0d) ||
         (code >= 0x80 && (code == 0x85 || code == 0xa0 || (code >= 0x2000 && code <= 0x200b) || code == 0x2028 ||
                           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000));
}

}  // namespace docket::engine
