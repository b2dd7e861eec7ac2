// What blocks look like in HTML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/document.h"
#include "engine/write/flow/block_flow.h"
#include "engine/write/html/html_inline.h"
#include "engine/write/html/html_table.h"
#include "engine/write/writer.h"

namespace docket::engine {

/// The markup of a BlockFlow, which owns it. Every element of a block has its place (html_place.h), what is only around
/// blocks has none: lists, quotations, figures, asides, articles. Text comes out of append_html() alone, ids out of
/// numbers.
class HtmlMarkup {
 public:
  using Inline = HtmlInline;

  explicit HtmlMarkup(const WriterOptions& options);

  [[nodiscard]] bool separates_pages() const noexcept { return !options_.page_separator.empty(); }
  void begin_page(const Page& page, const PageTurn& turn, std::string& out);
  void finish(std::string& out);

  /// Headings, list items, quotations, captions, paragraphs; their text follows.
  void begin_block(const Block& block, const Page& page, Inline& marks, std::string& out);
  static void go_on(const Block& block, const Page& page, Inline& marks, bool at_once);
  void end_block(std::string& out);
  static void begin_inline(Inline& marks) noexcept { marks.begin(); }

  void add_code(const Block& block, const Page& page, std::string& out);
  void begin_table(const Block& table, const Page& page, std::string& out);
  void go_on_table(const Block& table, const Page& page, std::string& out);
  void end_table(std::string& out);

  std::string figure(const Block& block, const Page& page);
  static Around around_aside(const Block& block, const Page& page);
  [[nodiscard]] Around around_note(const Block& block, const Page& page, NoteId note) const;
  static Around around_rest(const Block& block, const Page& page);

  /// A word of the page refers to this note.
  NoteId refer_to(NoteId note);

  void hold_back(HeldBack what, std::string_view text);
  [[nodiscard]] std::size_t held_back() const noexcept { return held_back_.size(); }
  void put_held_back(std::string& out);

 private:
  struct OpenList {
    bool is_numbered = false;
    std::uint32_t next = 1;  ///< the number that the next item has by itself
  };

  void begin_document(const Page* first, std::string& out);
  void begin_list_item(const Block& block, const Page& page, std::string& out);
  void begin_caption(const Block& block, const Page& page, std::string& out);
  void end_list(std::string& out);
  void leave_lists(std::string& out);
  void leave(std::string& out);
  [[nodiscard]] bool joins_next(const Block& block, const Page& page) const;

  WriterOptions options_;
  bool is_begun_ = false;
  bool in_article_ = false;
  std::string end_tag_;          ///< of the open block; a list item has none, others may be nested in it
  std::vector<OpenList> lists_;  ///< open ones, each with an open item
  bool in_quote_ = false;
  HtmlTable table_;
  std::vector<bool> pairs_;         ///< of the page's blocks: it is in one figure with the next
  bool in_figure_ = false;          ///< what comes next is in a figure that is open
  bool table_ends_figure_ = false;  ///< the open table is the last thing in its figure
  std::vector<NoteId> referred_;    ///< notes of the page to which something refers
  std::string held_back_;
  bool in_note_ = false;  ///< the last thing in `held_back_` is a footnote that is not closed
};

}  // namespace docket::engine
