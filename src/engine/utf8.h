// UTF-8 (RFC 3629) as the layout passes and writers need it: characters from either end of a word, and what kind of
// character it is. Case is known for Latin, Greek and Cyrillic; nothing here depends on the locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace docket::engine {

inline constexpr char32_t replacement_character = 0xFFFD;

struct Utf8Char {
  char32_t code = 0;
  std::size_t length = 0;  ///< bytes; 0 at the end of the text
  bool valid = true;       ///< false: `code` is U+FFFD for a maximal ill-formed part of `length` bytes
};

/// The character at the front of `text`.
Utf8Char first_char(std::string_view text) noexcept;

/// The character at the end of `text`.
Utf8Char last_char(std::string_view text) noexcept;

void append_char(std::string& out, char32_t code);

bool is_ascii(std::string_view text) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;

/// Appends `text` with every maximal ill-formed part replaced by U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

/// How many characters `text` has: bytes that begin one.
std::size_t count_chars(std::string_view text) noexcept;

bool is_digit(char32_t c) noexcept;  ///< ASCII digits only
bool is_lower(char32_t c) noexcept;
bool is_upper(char32_t c) noexcept;
bool is_letter(char32_t c) noexcept;  ///< generously: whatever is written with letters, ideographs included

/// Ideographs, kana and their punctuation: text that has no spaces between words.
bool is_spaceless(char32_t c) noexcept;

}  // namespace docket::engine
