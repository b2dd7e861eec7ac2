// Whether a font is monospaced, from its words.
#pragma once

#include <cstddef>

#include "engine/model/document.h"

namespace docket::engine {

/// Whether a font's characters are all of one width, told from words: not every descriptor says so.
class FontPitch {
 public:
  void add(const Word& word) noexcept;
  [[nodiscard]] bool is_fixed() const noexcept;

 private:
  static constexpr std::size_t least_words = 4;
  static constexpr std::size_t least_letters = 16;

  float narrowest_ = 0;
  float widest_ = 0;
  std::size_t words_ = 0;
  std::size_t letters_ = 0;
};

}  // namespace docket::engine
