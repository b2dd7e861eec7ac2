// What blocks look like in Markdown.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/model/document.h"
#include "engine/write/flow/block_flow.h"
#include "engine/write/markdown/markdown_inline.h"
#include "engine/write/markdown/markdown_table.h"

namespace docket::engine {

/// The markup of a BlockFlow, which owns it; each block is divided from the one before by an empty line.
class MarkdownMarkup {
 public:
  using Inline = MarkdownInline;

  explicit MarkdownMarkup(std::string page_separator) : page_separator_(std::move(page_separator)) {}

  [[nodiscard]] bool separates_pages() const noexcept { return !page_separator_.empty(); }
  void begin_page(const Page& page, const PageTurn& turn, std::string& out);
  void finish(std::string& out) const;

  /// Headings, list items, quotations, paragraphs; their text follows.
  void begin_block(const Block& block, const Page& page, Inline& marks, std::string& out);
  void go_on(const Block& /*block*/, const Page& /*page*/, Inline& /*marks*/, bool /*at_once*/) noexcept {}
  void end_block(std::string& /*out*/) noexcept {}
  static void begin_inline(Inline& marks) noexcept { marks.begin(MarkdownContext::start); }

  void add_code(const Block& block, const Page& page, std::string& out);
  void begin_table(const Block& table, const Page& page, std::string& out);
  void go_on_table(const Block& table, const Page& page, std::string& out) { table_.add(table, page, out); }
  void end_table(std::string& out) { table_.close(out); }

  /// A figure's image, if it was taken out: a link must lead somewhere.
  static std::string figure(const Block& block, const Page& page);
  static Around around_aside(const Block& block, const Page& page);
  static Around around_note(const Block& block, const Page& page, NoteId note);
  static Around around_rest(const Block& block, const Page& page);
  static NoteId refer_to(NoteId note) noexcept { return note; }

  void hold_back(HeldBack what, std::string text);
  [[nodiscard]] std::size_t held_back() const noexcept { return held_back_.size(); }
  void put_held_back(std::string& out);

 private:
  void begin_anew(std::string& out);
  void begin_list_item(const Block& block, std::string& out);

  std::string page_separator_;
  bool any_text_ = false;             ///< something stands before what is written next
  bool in_quote_ = false;             ///< what was begun last is a quotation
  MarkdownTable table_;               ///< open if the last block is one
  std::vector<std::size_t> indents_;  ///< of the open list's levels: columns to where an item's text begins
  std::string held_back_;             ///< finished paragraphs of the margins, footnotes, and figures
};

}  // namespace docket::engine
