#include "engine/write/markdown/markdown_escape.h"

#include <algorithm>
#include <array>

namespace docket::engine {
namespace {

bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_word(char c) noexcept {
  return is_alpha(c) || is_ascii_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}
bool is_ascii_punctuation(char c) noexcept {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/// Whether a character may be markup inside a line. A table: every byte of every document is asked about.
bool is_special(char c) noexcept {
  static constexpr auto table = [] {
    std::array<bool, 256> specials{};
    for (const char special : std::string_view("\\`*_<&[]~")) {
      specials[static_cast<unsigned char>(special)] = true;
    }
    return specials;
  }();
  return table[static_cast<unsigned char>(c)];
}

bool only(std::string_view piece, char c) noexcept {
  return piece.find_first_not_of(c) == std::string_view::npos;
}

/// Whether the special character at `i` would be markup inside a line.
bool is_markup(std::string_view piece, std::size_t i, MarkdownContext context) noexcept {
  const bool at_start = context == MarkdownContext::start;
  const bool is_apart = !at_start && context != MarkdownContext::beside;
  const char c = piece[i];
  const char next = i + 1 < piece.size() ? piece[i + 1] : '\0';
  const char before = i > 0 ? piece[i - 1] : '\0';
  switch (c) {
    case '\\':
      return is_ascii_punctuation(next) || (next == '\0' && context == MarkdownContext::beside);
    case '`':
      return true;
    case '*':
      return !is_apart || !only(piece, '*');  // between spaces it opens and closes nothing
    case '_':
      return !(is_apart && only(piece, '_')) && !(is_word(before) && is_word(next));
    case '<':
      return is_alpha(next) || next == '/' || next == '!' || next == '?';
    case '&':
      return (is_alpha(next) || next == '#') && piece.find(';', i) != std::string_view::npos;
    case '[':
      return at_start && i == 0 && (piece.size() == 1 || piece == "[x]" || piece == "[X]");  // a task's box
    case ']':
      return next == '(' || next == ':' || next == '[';
    case '~':
      return next == '~' || before == '~';
    default:
      return false;
  }
}

/// The index before which a backslash keeps the piece from beginning a heading, list, quote or rule; npos for none.
std::size_t block_start(std::string_view piece) noexcept {
  const char c = piece.front();
  if ((c == '#' && piece.size() <= 6 && only(piece, '#')) || c == '>' || piece == "+" ||
      (c == '-' && only(piece, '-'))) {
    return 0;
  }
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(piece, is_ascii_digit) - piece.begin());
  const bool is_number = digits > 0 && digits <= 9 && digits + 1 == piece.size();
  return is_number && (piece.back() == '.' || piece.back() == ')') ? digits : std::string_view::npos;
}

}  // namespace

void append_markdown(std::string& out, std::string_view piece, MarkdownContext context) {
  if (piece.empty()) {
    return;
  }
  auto first = std::string_view::npos;
  if (context == MarkdownContext::start) {
    first = block_start(piece);
  } else if (context == MarkdownContext::heading && only(piece, '#')) {
    first = 0;
  }
  std::size_t plain = 0;
  if (first != std::string_view::npos) {
    out.append(piece.substr(0, first));
    out += '\\';
    plain = first;
  }
  for (auto i = plain; i < piece.size(); ++i) {
    if (is_special(piece[i]) && is_markup(piece, i, context)) {
      out.append(piece.substr(plain, i - plain));
      out += '\\';
      plain = i;
    }
  }
  out.append(piece.substr(plain));
}

}  // namespace docket::engine
