#include "engine/write/html_text.h"

#include <array>

#include "base/utf8.h"

namespace docket::engine {
namespace {

/// Whether a byte may not simply be copied: it means something, is a control character, or begins a character that has
/// to be looked at. A table: every byte of every document is asked about.
bool is_special(char c) noexcept {
  static constexpr auto table = [] {
    std::array<bool, 256> specials{};
    for (std::size_t byte = 0; byte < specials.size(); ++byte) {
      specials[byte] = (byte < 0x20 && byte != '\t' && byte != '\n') || byte >= 0x7F;
    }
    for (const char special : std::string_view("&<>\"'")) {
      specials[static_cast<unsigned char>(special)] = true;
    }
    return specials;
  }();
  return table[static_cast<unsigned char>(c)];
}

/// The reference for `c`; empty if it stands for itself.
std::string_view reference_for(char32_t c, HtmlContext context) noexcept {
  switch (c) {
    case U'&':
      return "&amp;";
    case U'<':
      return "&lt;";
    case U'>':
      return "&gt;";
    case U'"':
      return context == HtmlContext::attribute ? "&quot;" : "";
    case U'\'':
      return context == HtmlContext::attribute ? "&#39;" : "";
    default:
      return {};
  }
}

/// Whether HTML takes it as text (13.2.3.5: what is a parse error in the input stream it does not). Surrogates are no
/// valid UTF-8.
bool may_stand(const Utf8Char& c) noexcept {
  const bool is_noncharacter = (c.code >= 0xFDD0 && c.code <= 0xFDEF) || (c.code & 0xFFFEU) == 0xFFFE;
  return c.valid && !is_control(c.code) && !is_noncharacter;
}

}  // namespace

void append_html(std::string& out, std::string_view text, HtmlContext context) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_special(text[i])) {
      ++i;
      continue;
    }
    const auto c = first_char(text.substr(i));
    const auto reference = reference_for(c.code, context);
    if (reference.empty() && may_stand(c)) {
      i += c.length;
      continue;
    }
    out.append(text.substr(plain, i - plain));
    if (reference.empty()) {
      append_char(out, replacement_character);
    } else {
      out += reference;
    }
    i += c.length;
    plain = i;
  }
  out.append(text.substr(plain));
}

void append_span(std::string& out, std::string_view name, std::size_t span) {
  if (span > 1) {
    out += ' ';
    out += name;
    out += "=\"" + std::to_string(span) + '"';
  }
}

}  // namespace docket::engine
