#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <span>

namespace docket {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

bool in_ranges(char32_t c, std::span<const Range> ranges) noexcept {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// Blocks in which capitals and small letters alternate, the capital first (Unicode 15 charts).
constexpr std::array<Range, 7> even_capitals{
    {{0x100, 0x137}, {0x14A, 0x177}, {0x218, 0x233}, {0x460, 0x481}, {0x48A, 0x4BF}, {0x4D0, 0x52F}, {0x1E00, 0x1EFF}}};
constexpr std::array<Range, 2> odd_capitals{{{0x139, 0x148}, {0x179, 0x17E}}};

}  // namespace

Utf8Char detail::first_of_many(std::string_view text) noexcept {
  if (text.empty()) {
    return {};
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  std::size_t length = 0;
  char32_t code = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    code = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    code = lead & 0x0FU;
    low = lead == 0xE0 ? 0xA0 : 0x80;
    high = lead == 0xED ? 0x9F : 0xBF;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    code = lead & 0x07U;
    low = lead == 0xF0 ? 0x90 : 0x80;
    high = lead == 0xF4 ? 0x8F : 0xBF;
  } else {
    return {replacement_character, 1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || byte(i) < low || byte(i) > high) {
      return {replacement_character, i, false};
    }
    code = (code << 6U) | (byte(i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {code, length, true};
}

Utf8Char last_char(std::string_view text) noexcept {
  if (text.empty()) {
    return {};
  }
  std::size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) {
    --start;
  }
  const auto found = first_char(text.substr(start));
  if (found.valid && start + found.length == text.size()) {
    return found;
  }
  return {replacement_character, 1, false};
}

void append_char(std::string& out, char32_t code) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_valid_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = first_char(text);
    if (!c.valid) {
      return false;
    }
    text.remove_prefix(c.length);
  }
  return true;
}

void append_valid_utf8(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto c = first_char(text);
    if (c.valid) {
      out.append(text.substr(0, c.length));
    } else {
      append_char(out, replacement_character);
    }
    text.remove_prefix(c.length);
  }
}

std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) {
    return text;
  }
  const auto is_continuation = [text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  // A character has at most three continuation bytes; more are not UTF-8 and may be cut anywhere.
  auto end = max_bytes;
  for (int i = 0; i < 3 && end > 0 && is_continuation(end); ++i) {
    --end;
  }
  return text.substr(0, is_continuation(end) ? max_bytes : end);
}

bool detail::is_lower_beyond_ascii(char32_t c) noexcept {
  if (in_ranges(c, even_capitals)) {
    return (c & 1U) == 1;
  }
  if (in_ranges(c, odd_capitals)) {
    return (c & 1U) == 0;
  }
  return (c >= 0xDF && c <= 0xFF && c != 0xF7) || c == 0x138 || c == 0x17F || (c >= 0x3AC && c <= 0x3CE) ||
         (c >= 0x430 && c <= 0x45F) || (c >= 0x561 && c <= 0x587) || (c >= 0xFB00 && c <= 0xFB06);
}

bool detail::is_upper_beyond_ascii(char32_t c) noexcept {
  if (in_ranges(c, even_capitals)) {
    return (c & 1U) == 0;
  }
  if (in_ranges(c, odd_capitals)) {
    return (c & 1U) == 1;
  }
  return (c >= 0xC0 && c <= 0xDE && c != 0xD7) || c == 0x178 ||
         (c >= 0x386 && c <= 0x3AB && c != 0x387 && c != 0x390) || (c >= 0x400 && c <= 0x42F) ||
         (c >= 0x531 && c <= 0x556);
}

char32_t to_lower(char32_t c) noexcept {
  if (!is_upper(c)) {
    return c;
  }
  if (in_ranges(c, even_capitals) || in_ranges(c, odd_capitals)) {
    return c + 1;
  }
  // Letters that stand apart from the rows of their alphabet.
  switch (c) {
    case 0x178:
      return 0xFF;
    case 0x386:
      return 0x3AC;
    case 0x38C:
      return 0x3CC;
    case 0x38E:
    case 0x38F:
      return c + 0x3F;
    default:
      break;
  }
  if (c >= 0x388 && c <= 0x38A) {
    return c + 0x25;
  }
  if (c >= 0x400 && c <= 0x40F) {
    return c + 0x50;
  }
  return c >= 0x531 && c <= 0x556 ? c + 0x30 : c + 0x20;
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return lower;
}

bool has_letter(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = first_char(text);
    text.remove_prefix(c.length);
    if (is_letter(c.code)) {
      return true;
    }
  }
  return false;
}

std::string_view bare_word(std::string_view text) noexcept {
  const auto is_other = [](char32_t c) { return !is_letter(c) && !is_digit(c); };
  for (auto c = first_char(text); c.length != 0 && is_other(c.code); c = first_char(text)) {
    text.remove_prefix(c.length);
  }
  for (auto c = last_char(text); c.length != 0 && is_other(c.code); c = last_char(text)) {
    text.remove_suffix(c.length);
  }
  return text;
}

bool is_spaceless(char32_t c) noexcept {
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) ||
         (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool detail::is_letter_beyond_ascii(char32_t c) noexcept {
  if (c == 0xAA || c == 0xB5 || c == 0xBA || (c >= 0xC0 && c < 0x2000)) {
    return c != 0xD7 && c != 0xF7;  // × and ÷ stand among the letters of Latin-1
  }
  return (c >= 0x2C00 && c <= 0x2DFF) || (c >= 0x3040 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFC) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFFDC) ||
         (c >= 0x10000 && c <= 0x1EFFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

}  // namespace docket
