#include "engine/write/html_text.h"

namespace docket::engine {
namespace {

/// The reference for `c`; empty if it stands for itself.
std::string_view reference_for(char c, HtmlContext context) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return context == HtmlContext::attribute ? "&quot;" : "";
    case '\'':
      return context == HtmlContext::attribute ? "&#39;" : "";
    default:
      return {};
  }
}

}  // namespace

void append_html(std::string& out, std::string_view text, HtmlContext context) {
  for (const char c : text) {
    const auto reference = reference_for(c, context);
    if (reference.empty()) {
      out += c;
    } else {
      out += reference;
    }
  }
}

}  // namespace docket::engine
