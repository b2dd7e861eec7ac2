#include "engine/write/text.h"

#include <algorithm>
#include <utility>

#include "engine/layout/blocks/code_blocks.h"
#include "engine/text/continuation.h"
#include "engine/write/plain_table.h"

namespace docket::engine {

TextWriter::TextWriter(std::string page_separator) : page_separator_(std::move(page_separator)) {}

void TextWriter::add_page(const Page& page, std::string& out) {
  if (any_page_ && !page_separator_.empty()) {
    out += any_text_ ? "\n" : "";
    out += page_separator_;
    any_text_ = true;
  }
  bool is_first = true;
  bool in_list = false;
  for (const auto& block : page.blocks) {
    if (block.lines.empty() && block.cells.empty()) {
      continue;
    }
    const bool is_item = block.kind == BlockKind::list_item;
    if (any_text_) {
      const bool is_close = (is_first && any_page_ && !page_separator_.empty()) || (is_item && in_list);
      out += is_close ? "\n" : "\n\n";
    }
    if (is_item) {
      out.append(2 * static_cast<std::size_t>(std::max<int>(block.level, 0)), ' ');
    }
    if (is_item || (is_marginal(block.kind) && !block.marker.empty())) {
      out += block.marker;
      out += ' ';
    }
    if (block.kind == BlockKind::code) {
      bool is_next = false;
      for (const auto& line : code_lines(block)) {
        out += is_next ? "\n" : "";
        out += line;
        is_next = true;
      }
    } else if (block.kind == BlockKind::table) {
      append_plain_table(out, block);
    } else {
      out += text_of(block);
    }
    any_text_ = true;
    is_first = false;
    in_list = is_item;
  }
  for (const auto& block : page.hidden) {
    out += any_text_ ? "\n\n" : "";
    out += text_of(block);
    any_text_ = true;
  }
  any_page_ = true;
}

void TextWriter::finish(std::string& out) {
  if (any_text_) {
    out += '\n';
  }
}

}  // namespace docket::engine
