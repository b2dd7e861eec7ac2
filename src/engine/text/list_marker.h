// Markers of list items: bullets, numbers and letters at the start of a paragraph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// What a word says if it is a marker. A word may be read in two ways: "i." is a Roman one or the letter after h.
struct ListMarker {
  char32_t kind = 0;  ///< a bullet's character, or 1 a A i I for numbers, letters and Roman numerals
  char open = 0;      ///< '(' or '['
  char close = 0;     ///< '.' ')' or ']'
  std::uint32_t value = 0;
  std::size_t length = 0;  ///< bytes of the word that are the marker; less than the word if text is stuck to it
  bool sure = false;       ///< a bullet that means nothing else; all others need a second one, or a hanging indent

  [[nodiscard]] bool is_number() const noexcept { return close != 0; }
  [[nodiscard]] bool same_series(const ListMarker& other) const noexcept {
    return kind == other.kind && open == other.open && close == other.close;
  }
};

/// Every way to read the start of `word` as a marker, the likeliest first; none if it is not one.
std::vector<ListMarker> read_marker(std::string_view word);

/// How a marker is kept in Block::marker: "-" for every bullet, numbers and letters as they stand ("3." "(a)").
std::string marker_text(const ListMarker& marker, std::string_view word);

}  // namespace docket::engine
