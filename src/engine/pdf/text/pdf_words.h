// From the characters of a PDF page to words.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/pdf/text/pdf_glyphs.h"

namespace docket::engine {

/// Characters that follow each other without a gap. All measures are in the frame of the text.
struct GlyphWord {
  std::uint32_t first = 0;  ///< its characters: indices into PageGlyphs::glyphs
  std::uint32_t end = 0;
  TextBox box;     ///< as high as its font rises and descends, whatever its letters do
  float base = 0;  ///< of its baseline
  float size = 0;  ///< of its font
  std::uint8_t turns = 0;
  bool space_after = false;  ///< before the next word of its line, wherever it is drawn

  [[nodiscard]] std::uint32_t length() const noexcept { return end - first; }
};

/// The size and the baseline of most of what words cover: of a line, not of the indices on it. By the majority vote of
/// Boyer and Moore.
class MainSize {
 public:
  void add(const GlyphWord& word) noexcept {
    const float weight = static_cast<float>(word.length()) * word.size * word.size;
    if (word.size == size_) {
      lead_ += weight;
    } else if (weight > lead_) {
      size_ = word.size;
      base_ = word.base;
      lead_ = weight - lead_;
    } else {
      lead_ -= weight;
    }
  }

  [[nodiscard]] float size() const noexcept { return size_; }
  [[nodiscard]] float base() const noexcept { return base_; }

 private:
  float size_ = -1;
  float base_ = 0;
  float lead_ = -1;
};

/// How far a word may reach into the next one drawn, in units of the size, so that both are of one line: where fonts
/// are too wide for their letters, words follow each other all the same.
inline float widest_overlap(const GlyphWord& word, const GlyphWord& next) noexcept {
  constexpr float clear_step = 0.1F;
  return next.box.along0 - word.box.along0 > clear_step * word.size ? 1.0F : 0.5F;
}

/// The words of a page in the order in which they are drawn: broken at blanks, where the next character does not stand
/// where the last one ends, and where the size or the direction changes. Accents that are drawn as characters of their
/// own become combining marks behind their letters, which changes `page`. A character that is drawn over the last one
/// is a word of its own, so that the same again can be told. Linear.
std::vector<GlyphWord> make_words(PageGlyphs& page);

}  // namespace docket::engine
