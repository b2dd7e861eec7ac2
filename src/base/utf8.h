// UTF-8 (RFC 3629), decoded here and nowhere else: characters from either end of a text, and what kind of character it
// is, as the layout passes and writers need it. Case is known for Latin, Greek and Cyrillic; nothing here depends on
// the locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace docket {

inline constexpr char32_t replacement_character = 0xFFFD;

struct Utf8Char {
  char32_t code = 0;
  std::size_t length = 0;  ///< bytes; 0 at the end of the text
  bool valid = true;       ///< false: `code` is U+FFFD for a maximal ill-formed part of `length` bytes
};

namespace detail {
Utf8Char first_of_many(std::string_view text) noexcept;
bool is_lower_beyond_ascii(char32_t c) noexcept;
bool is_upper_beyond_ascii(char32_t c) noexcept;
bool is_letter_beyond_ascii(char32_t c) noexcept;
}  // namespace detail

// Most characters of most pages are ASCII and every pass looks at all of them: what is short for these is inline.

/// The character at the front of `text`. Ill-formed parts are the maximal subparts of Unicode 15, 3.9.
inline Utf8Char first_char(std::string_view text) noexcept {
  const bool is_plain = !text.empty() && static_cast<unsigned char>(text.front()) < 0x80;
  return is_plain ? Utf8Char{static_cast<unsigned char>(text.front()), 1, true} : detail::first_of_many(text);
}

/// The character at the end of `text`.
Utf8Char last_char(std::string_view text) noexcept;

void append_char(std::string& out, char32_t code);

bool is_ascii(std::string_view text) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;

/// Appends `text` with every maximal ill-formed part replaced by U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

/// `text` cut to at most `max_bytes`, never within a character. What is not UTF-8 may be cut anywhere.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) noexcept;

/// How many characters `text` has: bytes that begin one.
inline std::size_t count_chars(std::string_view text) noexcept {
  std::size_t chars = 0;
  for (const char c : text) {
    chars += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  }
  return chars;
}

/// ASCII digits only.
inline bool is_digit(char32_t c) noexcept {
  return c >= U'0' && c <= U'9';
}

/// Of C0 and C1, and DEL: some terminals obey all of them.
inline bool is_control(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

inline bool is_lower(char32_t c) noexcept {
  return c < 0x80 ? c >= U'a' && c <= U'z' : detail::is_lower_beyond_ascii(c);
}

inline bool is_upper(char32_t c) noexcept {
  return c < 0x80 ? c >= U'A' && c <= U'Z' : detail::is_upper_beyond_ascii(c);
}

/// Generously: whatever is written with letters, ideographs included.
inline bool is_letter(char32_t c) noexcept {
  return c < 0x80 ? is_lower(c) || is_upper(c) : detail::is_letter_beyond_ascii(c);
}

char32_t to_lower(char32_t c) noexcept;

/// `text` with its ASCII capitals small.
std::string ascii_lower(std::string_view text);

bool has_letter(std::string_view text) noexcept;

/// `text` without what stands before and behind its letters and digits: quotes, brackets, full stops.
std::string_view bare_word(std::string_view text) noexcept;

/// Ideographs, kana and their punctuation: text that has no spaces between words.
bool is_spaceless(char32_t c) noexcept;

}  // namespace docket
