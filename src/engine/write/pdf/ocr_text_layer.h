// The invisible text under a recognised page: a PDF content stream.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "engine/model/document.h"

namespace docket::engine {

/// The codes of two bytes that stand for characters in a text layer: those of the Basic Multilingual Plane for
/// themselves, others by the numbers that UTF-16 keeps for its surrogates. A document has one of these for all pages.
class TextCodes {
 public:
  /// Gives the recognised words' characters beyond the Basic Multilingual Plane their codes. There are 2,048 of them;
  /// what comes later is written as U+FFFD.
  void add(const Page& page);

  [[nodiscard]] std::uint16_t code_of(char32_t character) const noexcept;

  /// The CMap that leads back from codes to characters (ISO 32000-1, 9.10.3).
  [[nodiscard]] std::string to_unicode() const;

 private:
  void add(const Line& line);

  std::map<char32_t, std::uint16_t> beyond_;
};

/// Whether a page has words that were recognised.
bool has_recognised_words(const Page& page) noexcept;

/// Appends the operators that write a page's recognised words invisibly, each as wide as its box, in the points that
/// place_page() takes. Words of a page that lies askew are level, each at its place: of letters on a slope, some
/// readers make several words. `font` is the resource's name with its slash: glyphs are half an em wide, 0.8 above the
/// baseline and 0.2 below.
void append_text_layer(std::string& out, const Page& page, const TextCodes& codes, const std::string& font);

}  // namespace docket::engine
