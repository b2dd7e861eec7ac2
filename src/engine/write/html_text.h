// Text as HTML has it (HTML Standard, 13.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket::engine {

enum class HtmlContext : std::uint8_t {
  text,      ///< between tags
  attribute  ///< in an attribute's quotes, of either kind
};

/// Appends `text` (UTF-8) with what means something there as character references.
void append_html(std::string& out, std::string_view text, HtmlContext context);

}  // namespace docket::engine
