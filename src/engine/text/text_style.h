// How text looks: the size and weight that most of a line's or block's characters share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/model/document.h"

namespace docket::engine {

/// The few sizes that occur in a line or block, with how many characters have each. Sizes beyond the eighth are not
/// counted.
class SizeTally {
 public:
  void add(float size, std::uint32_t chars) noexcept;

  /// The size of most characters; 0 for none.
  [[nodiscard]] float most() const noexcept;

 private:
  struct Entry {
    float size = 0;
    std::uint32_t chars = 0;
  };
  std::array<Entry, 8> entries_{};
  std::size_t used_ = 0;
};

struct TextStyle {
  float size = 0;  ///< points; the size of most characters
  std::uint32_t chars = 0;
  bool bold = false;  ///< nearly all characters are (marks such as footnote numbers aside)
  bool italic = false;
  bool monospace = false;
};

/// The font that a word is set in; nullptr where it is not known.
inline const Font* font_of(const Word& word, std::span<const Font> fonts) noexcept {
  return word.font >= 0 && static_cast<std::size_t>(word.font) < fonts.size()
             ? &fonts[static_cast<std::size_t>(word.font)]
             : nullptr;
}

/// A word's size in points, told from its box where the reader knew none.
float size_of(const Word& word) noexcept;

/// The style of some lines, taken together.
TextStyle style_of(std::span<const Line> lines, std::span<const Font> fonts) noexcept;

}  // namespace docket::engine
