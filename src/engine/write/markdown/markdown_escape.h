// Escaping for Markdown (CommonMark 0.31): text stays text, and no more backslashes than that takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket::engine {

/// Where a piece of text stands in its block.
enum class MarkdownContext : std::uint8_t {
  inside,   ///< after other text
  beside,   ///< the same, but not between spaces: a mark of emphasis may stand right before or behind it
  start,    ///< the first piece of a paragraph or list item, where # - + > 1. would begin something else
  heading,  ///< in a heading, whose trailing # would be taken for its end
};

/// Appends `piece`, which has no space at either end and, but for `beside`, stands between spaces, with a backslash
/// before what would be markup. One piece is judged at a time, so a character that might only pair with one elsewhere
/// is escaped.
void append_markdown(std::string& out, std::string_view piece, MarkdownContext context);

}  // namespace docket::engine
