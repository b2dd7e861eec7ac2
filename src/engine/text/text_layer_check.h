// Whether a PDF page's text layer can be what is to be read on the page.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/document.h"

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

/// The letters of words of three or more in Latin script.
struct LetterCount {
  std::uint64_t letters = 0;
  std::uint64_t common = 0;  ///< those of the eight that are more than half of every language's in this script

  [[nodiscard]] double share() const noexcept {
    return letters > 0 ? static_cast<double>(common) / static_cast<double>(letters) : 0;
  }
};

LetterCount count_letters(std::span<const Line> lines) noexcept;

/// Whether most of the text is in fonts whose letters are no language's: they probably stand for others, since the font
/// says wrongly what its codes mean. Only a look at the page tells, for code and lists of names may be so, too.
bool has_doubtful_letters(std::span<const Line> lines);

}  // namespace docket::engine
