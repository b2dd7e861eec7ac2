#include "engine/write/markdown/markdown.h"

#include <algorithm>
#include <utility>

#include "engine/layout/blocks/code_blocks.h"
#include "engine/layout/blocks/note_marks.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

/// So much of the margins is held back for the sake of a paragraph that goes on; beyond, it is cut.
constexpr std::size_t max_held_back = std::size_t{64} << 10U;

/// Whether Markdown itself has such a marker: "3." or "3)".
bool is_markdown_number(std::string_view marker) noexcept {
  const auto digits = marker.find_first_not_of("0123456789");
  return digits != 0 && digits + 1 == marker.size() && digits <= 9 && (marker[digits] == '.' || marker[digits] == ')');
}

/// What of a block's style says nothing: that of the whole document's text, and a heading's own.
TextStyle usual_style(const Block& block, const Page& page) {
  TextStyle usual;
  if (block.kind == BlockKind::heading) {
    usual = style_of(block.lines, page.fonts);
    usual.bold = true;
  }
  usual.bold = usual.bold || page.body.bold;
  usual.italic = usual.italic || page.body.italic;
  usual.monospace = usual.monospace || page.body.monospace;
  return usual;
}

}  // namespace

MarkdownWriter::MarkdownWriter(std::string page_separator) : page_separator_(std::move(page_separator)) {}

MarkdownWriter::MarkdownWriter(std::string page_separator, const NoteLabels& labels)
    : page_separator_(std::move(page_separator)), labels_(&labels) {}

template <class Sink>
void MarkdownWriter::add_words(WordJoiner& joiner, const Block& block, const Page& page, Sink&& sink) const {
  const auto usual = usual_style(block, page);
  const auto style = [&](const Word& word) -> SpanStyle {
    const auto note = word.script == Script::note ? labels_->note(note_mark(word.text)) : NoteId{0};
    if (note != 0) {  // whatever it looks like, and wherever it leads
      return {.script = word.script, .note = note};
    }
    return span_style_of(word, page.fonts, usual);
  };
  add_lines(joiner, block.lines, style, sink);
}

/// The whole block, which is no part of the running text; `lead` stands before it.
std::string MarkdownWriter::paragraph_of(const Block& block, const Page& page, std::string lead) const {
  MarkdownParagraph paragraph;
  paragraph.begin(std::move(lead));
  add_words(paragraph.joiner(), block, page, paragraph.sink(page.links));
  return paragraph.close(page.links);
}

void MarkdownWriter::add_page(const Page& page, std::string& out) {
  begin_page(page, out);
  bool is_first = true;
  for (const auto& block : page.blocks) {
    if (block.kind == BlockKind::table && !block.cells.empty()) {
      add_table(block, page, is_first, out);
      is_first = false;
      continue;
    }
    if (block.kind == BlockKind::figure) {
      hold_back_figure(page, block);
      if (!is_open_) {
        close_block(out);
      }
      continue;
    }
    if (block.lines.empty() || is_running(block.kind)) {
      continue;
    }
    if (block.kind == BlockKind::margin || block.kind == BlockKind::footnote) {
      if (block.kind == BlockKind::footnote) {
        add_note(block, page);
      } else {
        hold_back(paragraph_of(block, page, block.marker.empty() ? "" : "- "));
      }
      if (held_back_.size() > max_held_back) {
        close_block(out);
      }
      continue;
    }
    if (block.kind == BlockKind::code) {
      add_code(block, out);
      is_first = false;
      continue;
    }
    if (!(is_first && is_open_ && continues(end_, block))) {
      close_block(out);
      begin_block(block, out);
    }
    is_first = false;
    add_text(block, page, out);
    // A paragraph that goes on a list item is still that item's.
    const auto kind = end_.kind == BlockKind::list_item && block.kind == BlockKind::paragraph ? end_.kind : block.kind;
    end_ = end_of(block);
    end_.kind = kind;
  }
  joiner_.end_page(sink(out));
  inline_.end_page(out);
  end_page_of_note();
  links_ = {};
}

void MarkdownWriter::add_table(const Block& table, const Page& page, bool is_first, std::string& out) {
  if (is_first && table_.continues(table)) {
    table_.add(table, page, out);
    return;
  }
  close_block(out);
  out += any_text_ ? "\n\n" : "";
  any_text_ = true;
  indents_.clear();
  in_quote_ = false;
  table_.begin(table, page, out);
}

void MarkdownWriter::finish(std::string& out) {
  close_note();
  close_block(out);
  if (any_text_) {
    out += '\n';
  }
}

void MarkdownWriter::begin_page(const Page& page, std::string& out) {
  const bool separated = any_page_ && !page_separator_.empty();
  if (separated || (any_page_ && page.file != file_)) {
    close_note();
    close_block(out);
    indents_.clear();
  }
  if (separated) {
    out += any_text_ ? "\n\n" : "";
    out += page_separator_;
    any_text_ = true;
    in_quote_ = false;
  }
  any_page_ = true;
  file_ = page.file;
  has_notes_ = false;
  links_ = page.links;
  own_labels_.begin_page(page);
}

void MarkdownWriter::begin_block(const Block& block, std::string& out) {
  is_open_ = true;
  end_ = {};
  if (block.kind == BlockKind::list_item) {
    begin_list_item(block, out);
    in_quote_ = false;
    inline_.begin(MarkdownContext::start);
    return;
  }
  const bool is_quote = block.kind == BlockKind::quote;
  out += !any_text_ ? "" : is_quote && in_quote_ ? "\n>\n" : "\n\n";
  out += is_quote ? "> " : "";
  in_quote_ = is_quote;
  any_text_ = true;
  indents_.clear();
  inline_.begin(MarkdownContext::start);
  if (block.kind == BlockKind::heading) {
    out.append(static_cast<std::size_t>(std::clamp<int>(block.level, 1, 6)), '#');
    out += ' ';
    inline_.begin(MarkdownContext::heading);
  }
}

void MarkdownWriter::add_code(const Block& block, std::string& out) {
  close_block(out);
  const auto lines = code_lines(block);
  std::string fence = "```";
  while (std::ranges::any_of(lines, [&](const std::string& line) { return line.find(fence) != std::string::npos; })) {
    fence += '`';
  }
  out += any_text_ ? "\n\n" : "";
  any_text_ = true;
  indents_.clear();
  in_quote_ = false;
  out += fence;
  for (const auto& line : lines) {
    out += '\n';
    out += line;
  }
  out += '\n';
  out += fence;
}

void MarkdownWriter::begin_list_item(const Block& block, std::string& out) {
  out += !any_text_ ? "" : indents_.empty() ? "\n\n" : "\n";
  any_text_ = true;
  const auto depth = std::min(static_cast<std::size_t>(std::max<int>(block.level, 0)), indents_.size());
  indents_.resize(depth);
  const auto indent = depth == 0 ? 0 : indents_.back();
  out.append(indent, ' ');
  std::size_t width = 2;
  if (is_markdown_number(block.marker)) {
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

void MarkdownWriter::add_text(const Block& block, const Page& page, std::string& out) {
  add_words(joiner_, block, page, sink(out));
}

void MarkdownWriter::hold_back(std::string markdown) {
  if (held_back_.empty()) {
    held_back_ = std::move(markdown);
  } else {
    held_back_ += "\n\n";
    held_back_ += markdown;
  }
}

/// A footnote, which stays open; or, without a marker, what goes on the last one: over the page, or as its further
/// paragraph.
void MarkdownWriter::add_note(const Block& block, const Page& page) {
  const bool is_rest = block.marker.empty() && note_.is_carried;
  if (!is_rest) {
    close_note();
  }
  if (!is_rest && block.marker.empty()) {
    hold_back(paragraph_of(block, page, has_notes_ ? "    " : ""));
    return;
  }
  if (!is_rest) {
    note_.text.begin("[^" + label_of(labels_->note(block.marker)) + "]: ");
  }
  add_words(note_.text.joiner(), block, page, note_.text.sink(page.links));
  const auto end = end_of(block);
  // Many notes have no full stop: what is broken off fills its last line, or says that more is to come.
  note_.is_broken_off = (end.is_full && !ends_sentence(end.word)) || continues(end.word, "More");
  note_.is_open = true;
  note_.is_carried = false;
  has_notes_ = true;
}

/// What is not ended at a page's end may go on at the next one's foot, and nowhere else.
void MarkdownWriter::end_page_of_note() {
  if (!note_.is_open) {
    return;
  }
  if (note_.is_carried || !note_.is_broken_off || note_.text.size() > max_held_back) {
    close_note();
    return;
  }
  note_.text.end_page(links_);
  note_.is_carried = true;
}

void MarkdownWriter::close_note() {
  if (note_.is_open) {
    hold_back(note_.text.close(links_));
  }
  note_.is_open = false;
  note_.is_carried = false;
}

/// A figure's image, if it was taken out: a link must lead somewhere. It stands behind the paragraph that goes on.
void MarkdownWriter::hold_back_figure(const Page& page, const Block& block) {
  if (block.image < 0 || static_cast<std::size_t>(block.image) >= page.images.size()) {
    return;
  }
  if (const auto& name = page.images[static_cast<std::size_t>(block.image)].name; !name.empty()) {
    hold_back("![](images/" + name + ")");
  }
}

void MarkdownWriter::close_block(std::string& out) {
  if (is_open_) {
    joiner_.finish(sink(out));
    inline_.close(out);
  }
  table_.close(out);
  is_open_ = false;
  end_ = {};
  if (!held_back_.empty()) {
    out += any_text_ ? "\n\n" : "";
    out += std::exchange(held_back_, {});
    any_text_ = true;
    indents_.clear();
    in_quote_ = false;
  }
}

}  // namespace docket::engine
