#include "engine/write/html/html_markup.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/layout/blocks/code_blocks.h"
#include "engine/write/flow/list_number.h"
#include "engine/write/html/figure_pairs.h"
#include "engine/write/html/html_place.h"
#include "engine/write/html_text.h"
#include "engine/write/image_name.h"

namespace docket::engine {

HtmlMarkup::HtmlMarkup(const WriterOptions& options) : options_(options) {}

/// The document's head. Its language is known if its first page was recognised as that.
void HtmlMarkup::begin_document(const Page* first, std::string& out) {
  if (std::exchange(is_begun_, true)) {
    return;
  }
  out += "<!DOCTYPE html>\n<html";
  if (first != nullptr && first->source != Source::text && !options_.language.empty()) {
    out += " lang=\"";
    append_html(out, options_.language, HtmlContext::attribute);
    out += '"';
  }
  // Where the document was read is nobody's business to whom its links lead.
  out += ">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  append_html(out, options_.title.empty() ? "document" : options_.title, HtmlContext::text);
  out += "</title>\n</head>\n<body>\n";
}

void HtmlMarkup::begin_page(const Page& page, const PageTurn& turn, std::string& out) {
  begin_document(&page, out);
  if (turn.separated || turn.new_file) {
    leave(out);
  }
  if (options_.with_files && (turn.is_first || turn.new_file)) {
    out += in_article_ ? "</article>\n" : "";
    out += "<article data-file=\"" + std::to_string(page.file) + "\">\n";
    in_article_ = true;
  }
  if (turn.separated) {
    out += "<hr";
    append_place(out, page, {0, 0, page.width, page.height});
    out += ">\n";
  }
  pairs_ = pair_captions(page);
  referred_.clear();
}

void HtmlMarkup::finish(std::string& out) {
  begin_document(nullptr, out);
  leave(out);
  out += std::exchange(in_article_, false) ? "</article>\n" : "";
  out += "</body>\n</html>\n";
}

void HtmlMarkup::begin_block(const Block& block, const Page& page, Inline& marks, std::string& out) {
  marks.begin();
  if (block.kind == BlockKind::list_item) {
    begin_list_item(block, page, out);
    return;
  }
  if (block.kind == BlockKind::quote) {
    leave_lists(out);
    out += std::exchange(in_quote_, true) ? "" : "<blockquote>\n";
  } else {
    leave(out);
  }
  if (block.kind == BlockKind::caption) {
    begin_caption(block, page, out);
    return;
  }
  std::string element = "p";
  if (block.kind == BlockKind::heading) {
    element = "h" + std::to_string(std::clamp<int>(block.level, 1, 6));
  }
  append_start(out, element, page, block);
  end_tag_ = "</" + element + ">\n";
}

void HtmlMarkup::go_on(const Block& block, const Page& page, Inline& marks, bool at_once) {
  std::string tag;
  append_start(tag, "span", page, block);
  marks.begin_part(std::move(tag), at_once);
}

void HtmlMarkup::end_block(std::string& out) {
  out += std::exchange(end_tag_, {});
}

void HtmlMarkup::begin_list_item(const Block& block, const Page& page, std::string& out) {
  if (lists_.empty()) {
    leave(out);
  }
  const auto depth = std::min(static_cast<std::size_t>(std::max<int>(block.level, 0)), lists_.size());
  const auto number = list_number(block.marker);
  while (lists_.size() > depth + 1 || (lists_.size() > depth && lists_.back().is_numbered != number.has_value())) {
    end_list(out);
  }
  if (lists_.size() > depth) {
    out += "</li>\n";
  } else {
    out += lists_.empty() ? "" : "\n";
    out += number ? "<ol>\n" : "<ul>\n";
    lists_.push_back({number.has_value(), 1});
  }
  auto& list = lists_.back();
  out += "<li";
  if (number) {
    if (*number != list.next) {
      out += " value=\"" + std::to_string(*number) + '"';
    }
    list.next = *number + 1;
  }
  append_place(out, page, block.box);
  append_direction(out, block.lines);
  out += '>';
  if (!number && block.marker != "-" && !block.marker.empty()) {  // letters and Roman numerals are its own words
    append_html(out, block.marker, HtmlContext::text);
    out += ' ';
  }
}

void HtmlMarkup::end_list(std::string& out) {
  out += lists_.back().is_numbered ? "</li>\n</ol>\n" : "</li>\n</ul>\n";
  lists_.pop_back();
}

void HtmlMarkup::leave_lists(std::string& out) {
  while (!lists_.empty()) {
    end_list(out);
  }
}

/// Ends what is around blocks.
void HtmlMarkup::leave(std::string& out) {
  leave_lists(out);
  out += std::exchange(in_quote_, false) ? "</blockquote>\n" : "";
}

bool HtmlMarkup::joins_next(const Block& block, const Page& page) const {
  const auto at = static_cast<std::size_t>(&block - page.blocks.data());
  return at < pairs_.size() && pairs_[at];
}

/// A caption is the first or the last thing in its figure, or alone in it.
void HtmlMarkup::begin_caption(const Block& block, const Page& page, std::string& out) {
  out += in_figure_ ? "" : "<figure>\n";
  append_start(out, "figcaption", page, block);
  in_figure_ = joins_next(block, page);
  end_tag_ = in_figure_ ? "</figcaption>\n" : "</figcaption>\n</figure>\n";
}

/// A figure's image, if it was taken out.
std::string HtmlMarkup::figure(const Block& block, const Page& page) {
  const auto* name = image_name(block, page);
  if (name == nullptr) {
    return {};
  }
  std::string out = in_figure_ ? "<img" : "<figure>\n<img";
  append_place(out, page, block.box);
  out += " src=\"images/";
  append_html(out, *name, HtmlContext::attribute);
  out += "\" alt=\"\">\n";
  in_figure_ = joins_next(block, page);
  out += in_figure_ ? "" : "</figure>\n";
  return out;
}

void HtmlMarkup::begin_table(const Block& table, const Page& page, std::string& out) {
  leave(out);
  const bool joins = joins_next(table, page);
  out += joins && !in_figure_ ? "<figure>\n" : "";
  table_ends_figure_ = in_figure_ && !joins;
  in_figure_ = joins;
  table_.begin(table, page, out);
}

/// The figure that a table began in, with its caption, takes no other one.
void HtmlMarkup::go_on_table(const Block& table, const Page& page, std::string& out) {
  table_.add(table, page, out);
}

void HtmlMarkup::end_table(std::string& out) {
  HtmlTable::end(out);
  out += std::exchange(table_ends_figure_, false) ? "</figure>\n" : "";
}

void HtmlMarkup::add_code(const Block& block, const Page& page, std::string& out) {
  leave(out);
  out += "<pre";
  append_place(out, page, block.box);
  out += "><code>";
  bool is_next = false;
  for (const auto& line : code_lines(block)) {
    out += std::exchange(is_next, true) ? "\n" : "";
    append_html(out, line, HtmlContext::text);
  }
  out += "</code></pre>\n";
}

Around HtmlMarkup::around_aside(const Block& block, const Page& page) {
  Around around;
  const bool is_item = !block.marker.empty();
  around.before = is_item ? "<aside>\n<ul>\n" : "<aside>\n";
  append_start(around.before, is_item ? "li" : "p", page, block);
  around.after = is_item ? "</li>\n</ul>\n</aside>\n" : "</p>\n</aside>\n";
  return around;
}

/// Its mark leads back to what refers to it, where that stands before it.
Around HtmlMarkup::around_note(const Block& block, const Page& page, NoteId note) const {
  const auto label = label_of(note);
  const bool is_referred = std::ranges::find(referred_, note) != referred_.end();
  Around around;
  around.before = "<aside id=\"note-" + label + "\" role=\"doc-footnote\">\n";
  append_start(around.before, "p", page, block);
  around.before += "<sup>";
  around.before += is_referred ? "<a href=\"#ref-" + label + "\" role=\"doc-backlink\">" : "";
  append_html(around.before, block.marker, HtmlContext::text);
  around.before += is_referred ? "</a></sup> " : "</sup> ";
  around.after = "</p>\n";
  return around;
}

Around HtmlMarkup::around_rest(const Block& block, const Page& page) {
  Around around;
  append_start(around.before, "p", page, block);
  around.after = "</p>\n";
  return around;
}

NoteId HtmlMarkup::refer_to(NoteId note) {
  if (std::ranges::find(referred_, note) != referred_.end()) {
    return note;
  }
  referred_.push_back(note);
  return note | first_reference;
}

void HtmlMarkup::hold_back(HeldBack what, std::string_view text) {
  if (what == HeldBack::rest_of_note && !in_note_) {
    held_back_ += "<aside>\n";
    in_note_ = true;
  }
  if (what != HeldBack::rest_of_note && std::exchange(in_note_, what == HeldBack::note)) {
    held_back_ += "</aside>\n";
  }
  held_back_ += text;
}

void HtmlMarkup::put_held_back(std::string& out) {
  leave(out);
  out += std::exchange(held_back_, {});
  out += std::exchange(in_note_, false) ? "</aside>\n" : "";
}

}  // namespace docket::engine
