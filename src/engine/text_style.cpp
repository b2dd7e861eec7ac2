#include "engine/text_style.h"

#include <algorithm>
#include <cmath>

#include "engine/utf8.h"

namespace docket::engine {

void SizeTally::add(float size, std::uint32_t chars) noexcept {
  for (std::size_t i = 0; i < used_; ++i) {
    if (std::abs(entries_[i].size - size) < 0.05F) {
      entries_[i].chars += chars;
      return;
    }
  }
  if (used_ < entries_.size()) {
    entries_[used_++] = {size, chars};
  }
}

float SizeTally::most() const noexcept {
  return std::ranges::max_element(entries_, {}, &Entry::chars)->size;
}

float size_of(const Word& word) noexcept {
  // A box reaches from ascender to descender, a little more than the size says for most fonts.
  return word.size > 0 ? word.size : std::max(word.box.height() * 0.85F, 0.0F);
}

TextStyle style_of(std::span<const Line> lines, std::span<const Font> fonts) noexcept {
  SizeTally sizes;
  std::uint32_t chars = 0;
  std::uint32_t bold = 0;
  std::uint32_t italic = 0;
  std::uint32_t monospace = 0;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      const auto count = static_cast<std::uint32_t>(count_chars(word.text));
      sizes.add(size_of(word), count);
      chars += count;
      if (word.font >= 0 && static_cast<std::size_t>(word.font) < fonts.size()) {
        const auto& font = fonts[static_cast<std::size_t>(word.font)];
        bold += font.bold ? count : 0;
        italic += font.italic ? count : 0;
        monospace += font.monospace ? count : 0;
      }
    }
  }
  const auto most = [chars](std::uint32_t some, std::uint32_t percent) {
    return chars > 0 && some * 100 >= chars * percent;
  };
  return {sizes.most(), chars, most(bold, 85), most(italic, 85), most(monospace, 85)};
}

}  // namespace docket::engine
