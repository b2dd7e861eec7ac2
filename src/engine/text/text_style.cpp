#include "engine/text/text_style.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"

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
  // Words of one style follow each other: they are counted together.
  float size = 0;
  std::int16_t font = -1;
  std::uint32_t alike = 0;
  const auto count = [&] {
    sizes.add(size, alike);
    chars += alike;
    if (font >= 0 && static_cast<std::size_t>(font) < fonts.size()) {
      const auto& its = fonts[static_cast<std::size_t>(font)];
      bold += its.bold ? alike : 0;
      italic += its.italic ? alike : 0;
      monospace += its.monospace ? alike : 0;
    }
  };
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      const auto its = size_of(word);
      if (word.font != font || its != size) {
        if (alike > 0) {
          count();
        }
        size = its;
        font = word.font;
        alike = 0;
      }
      alike += static_cast<std::uint32_t>(count_chars(word.text));
    }
  }
  if (alike > 0) {
    count();
  }
  const auto most = [chars](std::uint32_t some, std::uint32_t percent) {
    return chars > 0 && some * 100 >= chars * percent;
  };
  return {sizes.most(), chars, most(bold, 85), most(italic, 85), most(monospace, 85)};
}

}  // namespace docket::engine
