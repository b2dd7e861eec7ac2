#include "engine/text/unicode_text.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "base/utf8.h"

namespace docket::engine {
namespace {

struct CharacterRange {
  char32_t first;
  char32_t last;
};

constexpr bool in_range(char32_t character, CharacterRange range) noexcept {
  return character >= range.first && character <= range.last;
}

template <std::size_t size>
constexpr bool in_any(char32_t character, const std::array<CharacterRange, size>& ranges) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [character](auto range) { return in_range(character, range); });
}

constexpr std::array<CharacterRange, 9> no_text{{
    {0x0000, 0x001f},  // C0 controls
    {0x007f, 0x009f},  // DEL and C1 controls
    {0x200e, 0x200f},  // directional marks: the order is logical already
    {0x202a, 0x202e},  // directional embeddings and overrides
    {0x2066, 0x2069},  // directional isolates
    {0xd800, 0xdfff},  // surrogates
    {0xfdd0, 0xfdef},  // noncharacters
    {0xfeff, 0xfeff},  // byte order mark
    {0xfffe, 0xffff},  // noncharacters
}};

bool is_text(char32_t character) noexcept {
  if (character >= 0x20 && character < 0x7f) {
    return true;
  }
  return character <= 0x10ffff && (character & 0xfffe) != 0xfffe && !in_any(character, no_text);
}

// Blocks whose letters run right to left (Unicode 15, DerivedBidiClass: R and AL).
constexpr std::array<CharacterRange, 6> right_to_left_blocks{{
    {0x0590, 0x08ff},  // Hebrew, Arabic, Syriac, Thaana, N'Ko, Samaritan, Mandaic
    {0xfb1d, 0xfdcf},  // Hebrew and Arabic presentation forms A
    {0xfdf0, 0xfdff},
    {0xfe70, 0xfefe},    // Arabic presentation forms B
    {0x10800, 0x10fff},  // Cypriot … Sogdian
    {0x1e800, 0x1efff},  // Mende Kikakui, Adlam, Arabic mathematical letters
}};

constexpr std::array<CharacterRange, 3> digits{{
    {'0', '9'},
    {0x0660, 0x0669},  // Arabic-Indic
    {0x06f0, 0x06f9},  // extended Arabic-Indic
}};

// Marks that stand on the character before them, in the scripts that run right to left.
constexpr std::array<CharacterRange, 9> marks{{
    {0x0300, 0x036f},
    {0x0591, 0x05bd},
    {0x05c1, 0x05c2},
    {0x05c4, 0x05c5},
    {0x0610, 0x061a},
    {0x064b, 0x065f},
    {0x0670, 0x0670},
    {0x06d6, 0x06dc},
    {0x06df, 0x06ed},
}};

// Letters are taken for all that is neither punctuation of ASCII and Latin-1, nor a symbol block, nor a space.
bool is_neutral(char32_t character) noexcept {
  if (character < 0x80) {
    const auto lower = character | 0x20;
    return !(lower >= 'a' && lower <= 'z');
  }
  return in_range(character, {0x80, 0xa9}) || in_range(character, {0xab, 0xb4}) || in_range(character, {0xb6, 0xb9}) ||
         in_range(character, {0xbb, 0xbf}) || in_range(character, {0x2000, 0x206f}) ||
         in_range(character, {0x20a0, 0x2bff}) || in_range(character, {0x3000, 0x3004});
}

// What may stand between two digits of one number.
bool joins_number(char32_t character) noexcept {
  return character == '.' || character == ',' || character == ':' || character == '/' || character == '-' ||
         character == 0x066b || character == 0x066c;
}

constexpr std::u32string_view opening = U"([{<«‹";
constexpr std::u32string_view closing = U")]}>»›";

char32_t mirrored(char32_t character) noexcept {
  if (const auto at = opening.find(character); at != opening.npos) {
    return closing[at];
  }
  const auto at = closing.find(character);
  return at != closing.npos ? opening[at] : character;
}

/// Whether a word's brackets turn their backs on it: it begins with one that closes, or ends with one that opens.
bool is_inside_out(std::span<const char32_t> word) noexcept {
  const auto is_letter = [](char32_t c) { return direction_of(c) != Direction::neutral; };
  const auto first = std::find_if(word.begin(), word.end(), is_letter);
  const auto last = std::find_if(word.rbegin(), word.rend(), is_letter);
  return std::any_of(word.begin(), first, [](char32_t c) { return closing.find(c) != closing.npos; }) ||
         std::any_of(word.rbegin(), last, [](char32_t c) { return opening.find(c) != opening.npos; });
}

}  // namespace

void append_text(std::string& text, char32_t character) {
  if (is_text(character)) {
    append_char(text, character);
  }
}

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_char(text);
    if (next.valid) {
      append_text(clean, next.code);
    }
    text.remove_prefix(next.length);
  }
  return clean;
}

Direction direction_of(char32_t character) noexcept {
  if (character < 0x80 && is_letter(character)) {
    return Direction::left_to_right;
  }
  if (in_any(character, digits)) {
    return Direction::number;
  }
  if (character < 0x0590) {
    return is_neutral(character) ? Direction::neutral : Direction::left_to_right;
  }
  if (in_any(character, right_to_left_blocks)) {
    return Direction::right_to_left;
  }
  return is_neutral(character) ? Direction::neutral : Direction::left_to_right;
}

Direction direction_of(std::span<const char32_t> word) noexcept {
  int balance = 0;
  bool strong = false;
  bool number = false;
  for (const auto character : word) {
    switch (direction_of(character)) {
      case Direction::left_to_right:
        ++balance;
        strong = true;
        break;
      case Direction::right_to_left:
        --balance;
        strong = true;
        break;
      case Direction::number:
        number = true;
        break;
      case Direction::neutral:
        break;
    }
  }
  if (strong) {
    return balance < 0 ? Direction::right_to_left : Direction::left_to_right;
  }
  return number ? Direction::number : Direction::neutral;
}

void make_logical(std::vector<char32_t>& word) {
  std::reverse(word.begin(), word.end());
  const auto runs_left_to_right = [&word](std::size_t at) {
    const auto direction = direction_of(word[at]);
    if (direction == Direction::number || direction == Direction::left_to_right) {
      return true;
    }
    return joins_number(word[at]) && at > 0 && at + 1 < word.size() &&
           direction_of(word[at - 1]) == Direction::number && direction_of(word[at + 1]) == Direction::number;
  };
  for (std::size_t at = 0; at < word.size();) {
    auto end = at;
    while (end < word.size() && runs_left_to_right(end)) {
      ++end;
    }
    if (end > at) {
      std::reverse(word.begin() + static_cast<std::ptrdiff_t>(at), word.begin() + static_cast<std::ptrdiff_t>(end));
      at = end;
      continue;
    }
    // Reversed, marks stand before what they belong to: move them behind it.
    while (end < word.size() && in_any(word[end], marks)) {
      ++end;
    }
    if (end > at && end < word.size()) {
      std::rotate(word.begin() + static_cast<std::ptrdiff_t>(at), word.begin() + static_cast<std::ptrdiff_t>(end),
                  word.begin() + static_cast<std::ptrdiff_t>(end) + 1);
    }
    at = end + 1;
  }
  if (is_inside_out(word)) {
    std::ranges::transform(word, word.begin(), mirrored);
  }
}

std::vector<std::size_t> logical_order(std::span<const Direction> words, bool is_rtl) {
  std::vector<std::size_t> order(words.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (is_rtl) {
    std::reverse(order.begin(), order.end());
  }
  const auto direction = [&](std::size_t at) { return words[order[at]]; };
  // Turn round each run against the line's direction: from its first strong word to its last.
  const auto other = is_rtl ? Direction::left_to_right : Direction::right_to_left;
  const auto same = is_rtl ? Direction::right_to_left : Direction::left_to_right;
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (direction(at) != other) {
      continue;
    }
    auto last = at;
    for (auto next = at + 1; next < order.size() && direction(next) != same; ++next) {
      last = direction(next) == other ? next : last;
    }
    // A number to the right of a Latin word is seen where it is read (UAX #9, W7): "Windows 10".
    auto first = at;
    while (is_rtl && first > 0 && direction(first - 1) == Direction::number) {
      --first;
    }
    std::reverse(order.begin() + static_cast<std::ptrdiff_t>(first),
                 order.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    at = last;
  }
  return order;
}

}  // namespace docket::engine
