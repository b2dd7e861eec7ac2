#include "http/field/text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.h"

namespace docket::http {
namespace {

/// attr-char of RFC 8187, 3.2.1: what stands unescaped in an extended parameter value.
constexpr bool is_attr_char(char c) noexcept {
  return is_token_char(c) && c != '*' && c != '\'' && c != '%';
}

constexpr std::string_view upper_hex = "0123456789ABCDEF";

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

std::optional<bool> parse_boolean(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  const auto is_text = [text](std::string_view word) { return equal_ignoring_case(word, text); };
  if (std::any_of(yes.begin(), yes.end(), is_text)) {
    return true;
  }
  if (std::any_of(no.begin(), no.end(), is_text)) {
    return false;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) {
    return std::nullopt;
  }
  return value;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char letter = to_lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_attr_char(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += upper_hex[byte >> 4U];
      out += upper_hex[byte & 15U];
    }
  }
}

void append_percent_encoded_path(std::string& out, std::string_view path) {
  for (;;) {
    const auto end = path.find_first_of("/#");
    append_percent_encoded(out, path.substr(0, end));
    if (end == std::string_view::npos) {
      return;
    }
    out += path[end] == '/' ? "/" : "%23";  // an attr-char, but in an address the end of the path
    path.remove_prefix(end + 1);
  }
}

std::string quoted_for_detail(std::string_view text) {
  constexpr std::size_t longest = 64;
  const auto shown = cut_utf8(text, longest);
  std::string result = "\"";
  for (const char c : shown) {
    result += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  result += shown.size() < text.size() ? "\"…" : "\"";
  return result;
}

}  // namespace docket::http
