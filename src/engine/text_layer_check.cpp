#include "engine/text_layer_check.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "engine/utf8.h"

namespace docket::engine {
namespace {

constexpr std::size_t handful = 8;

bool is_meaningless(std::uint32_t character) noexcept {
  const bool control = character < 0x20 || (character >= 0x7F && character < 0xA0);
  const bool is_private = (character >= 0xE000 && character <= 0xF8FF) || character >= 0xF0000;
  return control || is_private || character == replacement_character;
}

bool is_blank(std::uint32_t character) noexcept {
  return character == ' ' || character == 0xA0 || (character >= 0x09 && character <= 0x0D);
}

}  // namespace

void CharacterTally::add(std::span<const std::uint32_t> unicode, std::uint32_t code, int render_mode) noexcept {
  constexpr int invisible = 3;
  if (std::ranges::all_of(unicode, is_blank) && (!unicode.empty() || is_blank(code))) {
    return;
  }
  ++characters_;
  meaningless_ += unicode.empty() || std::ranges::all_of(unicode, is_meaningless) ? 1U : 0U;
  invisible_ += render_mode == invisible ? 1U : 0U;
}

bool CharacterTally::is_mostly_meaningless() const noexcept {
  return meaningless_ >= handful && meaningless_ * 3 >= characters_;
}

bool is_mostly_signs(const std::vector<Line>& lines) noexcept {
  std::size_t letters = 0;
  std::size_t signs = 0;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      for (std::string_view rest = word.text; !rest.empty();) {
        const auto c = first_char(rest);
        ++(is_letter(c.code) || is_digit(c.code) ? letters : signs);
        rest.remove_prefix(c.length);
      }
    }
  }
  return signs >= handful && signs > letters;
}

bool is_heap(const std::vector<Line>& lines) {
  std::unordered_set<std::uint64_t> places;
  std::size_t words = 0;
  // Words are further apart than this, unless they lie on each other.
  constexpr float grid = 4;
  const auto step = [](float at) {
    return static_cast<std::uint64_t>(std::isfinite(at) ? std::clamp(at, 0.0F, 1e6F) / grid : 0);
  };
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      ++words;
      places.insert(step(word.box.x0) << 32U | step(word.box.y0));
    }
  }
  return words >= handful && places.size() * 2 < words;
}

}  // namespace docket::engine
