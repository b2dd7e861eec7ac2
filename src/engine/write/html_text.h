// Text as HTML has it (HTML Standard, 13.3). All text of documents that becomes HTML passes through here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace docket::engine {

enum class HtmlContext : std::uint8_t {
  text,      ///< between tags
  attribute  ///< in an attribute's quotes, of either kind
};

/// Appends `text` with what means something there as character references, and U+FFFD for what HTML has no place for:
/// control characters other than tab and line feed, noncharacters, and what is no UTF-8.
void append_html(std::string& out, std::string_view text, HtmlContext context);

/// Appends rowspan or colspan of a cell, where it takes more than one.
void append_span(std::string& out, std::string_view name, std::size_t span);

}  // namespace docket::engine
