#include "engine/pdf/text/pdf_pitch.h"

#include <algorithm>

namespace docket::engine {

void FontPitch::add(const Word& word) noexcept {
  const auto letters = static_cast<std::size_t>(std::count_if(
      word.text.begin(), word.text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }));
  const bool is_plain = std::none_of(word.text.begin(), word.text.end(), [](char c) { return c < 0x20; });
  if (letters == 0 || word.size <= 0 || !is_plain) {
    return;  // digits are of one width in most fonts
  }
  const float width = word.box.width() / (word.size * static_cast<float>(word.text.size()));
  narrowest_ = words_ == 0 ? width : std::min(narrowest_, width);
  widest_ = words_ == 0 ? width : std::max(widest_, width);
  ++words_;
  letters_ += letters;
}

bool FontPitch::is_fixed() const noexcept {
  return words_ >= least_words && letters_ >= least_letters && widest_ - narrowest_ < 0.02F * widest_;
}

}  // namespace docket::engine
