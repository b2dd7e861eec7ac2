// Whether a PDF page's text layer can be what is to be read on the page.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/document.h"

namespace docket::engine {

/// Counts the characters of a page as they are drawn. One a page.
class CharacterTally {
 public:
  /// `unicode` is what the font says that the code means, `render_mode` how it is drawn (ISO 32000-1, table 106).
  void add(std::span<const std::uint32_t> unicode, std::uint32_t code, int render_mode) noexcept;

  /// A third or more has no character, or one that means nothing outside of its font; a few may be bullets.
  [[nodiscard]] bool is_mostly_meaningless() const noexcept;

  [[nodiscard]] bool is_mostly_invisible() const noexcept { return invisible_ * 2 > characters_; }

 private:
  std::uint64_t characters_ = 0;  ///< blanks not counted
  std::uint64_t meaningless_ = 0;
  std::uint64_t invisible_ = 0;
};

/// More signs than letters and figures: an earlier recognition that failed. False for a handful.
bool is_mostly_signs(const std::vector<Line>& lines) noexcept;

/// Most words stand where others do. False for a handful.
bool is_heap(const std::vector<Line>& lines);

}  // namespace docket::engine
