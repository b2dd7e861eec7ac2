#include "engine/write/markdown/markdown_markup.h"

#include <algorithm>
#include <utility>

#include "engine/layout/blocks/code_blocks.h"
#include "engine/write/flow/list_number.h"
#include "engine/write/image_name.h"

namespace docket::engine {

void MarkdownMarkup::begin_page(const Page& /*page*/, const PageTurn& turn, std::string& out) {
  if (turn.separated || turn.new_file) {
    indents_.clear();
  }
  if (turn.separated) {
    out += any_text_ ? "\n\n" : "";
    out += page_separator_;
    any_text_ = true;
    in_quote_ = false;
  }
}

void MarkdownMarkup::finish(std::string& out) const {
  if (any_text_) {
    out += '\n';
  }
}

void MarkdownMarkup::begin_block(const Block& block, const Page& /*page*/, Inline& marks, std::string& out) {
  marks.begin(MarkdownContext::start);
  if (block.kind == BlockKind::list_item) {
    begin_list_item(block, out);
    in_quote_ = false;
    return;
  }
  const bool is_quote = block.kind == BlockKind::quote;
  out += !any_text_ ? "" : is_quote && in_quote_ ? "\n>\n" : "\n\n";
  out += is_quote ? "> " : "";
  in_quote_ = is_quote;
  any_text_ = true;
  indents_.clear();
  if (block.kind == BlockKind::heading) {
    out.append(static_cast<std::size_t>(std::clamp<int>(block.level, 1, 6)), '#');
    out += ' ';
    marks.begin(MarkdownContext::heading);
  }
}

void MarkdownMarkup::add_code(const Block& block, const Page& /*page*/, std::string& out) {
  const auto lines = code_lines(block);
  std::string fence = "```";
  while (std::ranges::any_of(lines, [&](const std::string& line) { return line.find(fence) != std::string::npos; })) {
    fence += '`';
  }
  begin_anew(out);
  out += fence;
  for (const auto& line : lines) {
    out += '\n';
    out += line;
  }
  out += '\n';
  out += fence;
}

void MarkdownMarkup::begin_table(const Block& table, const Page& page, std::string& out) {
  begin_anew(out);
  table_.begin(table, page, out);
}

/// Behind an empty line begins what belongs to no list and to no quotation.
void MarkdownMarkup::begin_anew(std::string& out) {
  out += any_text_ ? "\n\n" : "";
  any_text_ = true;
  indents_.clear();
  in_quote_ = false;
}

void MarkdownMarkup::begin_list_item(const Block& block, std::string& out) {
  const auto depth = std::min(static_cast<std::size_t>(std::max<int>(block.level, 0)), indents_.size());
  const auto number = list_number(block.marker);
  // Right below an item's text only a list that counts from 1 begins (CommonMark 0.31, 5.3).
  const bool is_apart = indents_.empty() || (depth == indents_.size() && number.value_or(1) != 1);
  out += !any_text_ ? "" : is_apart ? "\n\n" : "\n";
  any_text_ = true;
  indents_.resize(depth);
  const auto indent = depth == 0 ? 0 : indents_.back();
  out.append(indent, ' ');
  std::size_t width = 2;
  if (number) {
    out += block.marker;
    out += ' ';
    width = block.marker.size() + 1;
  } else {
    out += "- ";
    if (block.marker != "-" && !block.marker.empty()) {  // letters and Roman numerals are the item's own words
      append_markdown(out, block.marker, MarkdownContext::inside);
      out += ' ';
    }
  }
  indents_.push_back(indent + width);
}

std::string MarkdownMarkup::figure(const Block& block, const Page& page) {
  const auto* name = image_name(block, page);
  return name != nullptr ? "![](images/" + *name + ")" : std::string();
}

Around MarkdownMarkup::around_aside(const Block& block, const Page& /*page*/) {
  return {block.marker.empty() ? "" : "- ", {}};
}

Around MarkdownMarkup::around_note(const Block& /*block*/, const Page& /*page*/, NoteId note) {
  return {"[^" + label_of(note) + "]: ", {}};
}

Around MarkdownMarkup::around_rest(const Block& /*block*/, const Page& /*page*/) {
  return {"    ", {}};
}

void MarkdownMarkup::hold_back(HeldBack /*what*/, std::string text) {
  if (held_back_.empty()) {
    held_back_ = std::move(text);
  } else {
    held_back_ += "\n\n";
    held_back_ += text;
  }
}

void MarkdownMarkup::put_held_back(std::string& out) {
  begin_anew(out);
  out += std::exchange(held_back_, {});
}

}  // namespace docket::engine
