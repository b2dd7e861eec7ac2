// Small tools on HTTP's texts: trimming, comparing, percent encoding. Everything here is pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::http {

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// A character of a token (RFC 9110, 5.6.2).
constexpr bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;

/// Whether both are equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// ASCII letters in lower case.
std::string lower(std::string_view text);

/// true/false/1/0/yes/no/on/off in any case; nothing for any other text.
std::optional<bool> parse_boolean(std::string_view text) noexcept;

/// Decimal digits only, no sign, no spaces; nothing where it does not fit.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// The value of a hexadecimal digit, -1 for another character.
int hex_value(char c) noexcept;

/// Decodes %XX; an escape that is not one stays as it is (WHATWG URL, percent-decode). `plus_is_space` for queries.
std::string percent_decode(std::string_view text, bool plus_is_space);

/// Appends `text` with every byte but the attr-char of RFC 8187, 3.2.1 as %XX.
void append_percent_encoded(std::string& out, std::string_view text);

/// The same for a path in an address: its slashes stay, and # does not.
void append_percent_encoded_path(std::string& out, std::string_view path);

/// Text for an error's detail: what a client sent, cut to 64 bytes, control characters as '?', in double quotes.
std::string quoted_for_detail(std::string_view text);

/// Calls `visit(item)` with each trimmed, non-empty piece of `text` between the characters of `separators`; ends early
/// when it returns false.
template <class Visit>
void each_item(std::string_view text, std::string_view separators, Visit&& visit) {
  while (!text.empty()) {
    const auto end = text.find_first_of(separators);
    const auto item = trim(text.substr(0, end));
    if (!item.empty() && !visit(item)) {
      return;
    }
    if (end == std::string_view::npos) {
      return;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace docket::http
