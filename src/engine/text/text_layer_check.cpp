#include "engine/text/text_layer_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "base/utf8.h"

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

constexpr std::string_view common_letters = "aeinorst";

constexpr auto is_common = [] {
  std::array<bool, 256> table{};
  for (const char c : common_letters) {
    table[static_cast<unsigned char>(c)] = true;
    table[static_cast<unsigned char>(c - 'a' + 'A')] = true;
  }
  return table;
}();

/// Letters of ASCII, or none of a word that has hardly any, or many others.
LetterCount count_letters(const Word& word) noexcept {
  constexpr std::uint64_t least = 3;
  LetterCount count;
  std::size_t others = 0;
  for (const char c : word.text) {
    const bool is_ascii = (static_cast<unsigned char>(c) & 0x80U) == 0;
    count.letters += is_ascii && is_letter(static_cast<char32_t>(c)) ? 1U : 0U;
    count.common += is_common[static_cast<unsigned char>(c)] ? 1U : 0U;
    others += is_ascii ? 0U : 1U;
  }
  return count.letters >= least && 2 * others < count.letters ? count : LetterCount();
}

void add(LetterCount& sum, const LetterCount& count) noexcept {
  sum.letters += count.letters;
  sum.common += count.common;
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
  std::unordered_set<std::uint64_t> positions;
  std::size_t words = 0;
  // Words are further apart than this, unless they lie on each other.
  constexpr float grid = 4;
  const auto step = [](float at) {
    return static_cast<std::uint64_t>(std::isfinite(at) ? std::clamp(at, 0.0F, 1e6F) / grid : 0);
  };
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      ++words;
      positions.insert(step(word.box.x0) << 32U | step(word.box.y0));
    }
  }
  return words >= handful && positions.size() * 2 < words;
}

LetterCount count_letters(std::span<const Line> lines) noexcept {
  LetterCount sum;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      add(sum, count_letters(word));
    }
  }
  return sum;
}

bool has_doubtful_letters(std::span<const Line> lines) {
  constexpr std::uint64_t least = 200;  // of a font: fewer say nothing
  // Real text has 0.5 and more of them, letters drawn at random 0.31; a line with the whole alphabet has 0.42.
  constexpr double too_few = 0.4;
  std::vector<LetterCount> fonts(1);  // the first for words without one
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      const auto font = static_cast<std::size_t>(std::max<std::int32_t>(word.font, -1) + 1);
      if (font >= fonts.size()) {
        fonts.resize(font + 1);
      }
      add(fonts[font], count_letters(word));
    }
  }
  std::uint64_t all = 0;
  std::uint64_t doubtful = 0;
  for (const auto& font : fonts) {
    all += font.letters;
    doubtful += font.letters >= least && font.share() < too_few ? font.letters : 0;
  }
  return 2 * doubtful > all;
}

}  // namespace docket::engine
