// Markdown (CommonMark): headings with #, lists, one line a paragraph.
#pragma once

#include <string>
#include <vector>

#include "engine/text/continuation.h"
#include "engine/write/markdown/markdown_inline.h"
#include "engine/write/markdown/markdown_paragraph.h"
#include "engine/write/markdown/markdown_table.h"
#include "engine/write/markdown/note_labels.h"
#include "engine/write/writer.h"

namespace docket::engine {

/// The last paragraph stays open until it is known whether the next page goes on with it; what stands in the margins
/// between (footer, header) is held back until it is closed. So does the last table, and the last footnote of a page.
class MarkdownWriter final : public Writer {
 public:
  /// `page_separator`, if it is not empty, stands alone between pages, and then no paragraph goes on over pages.
  explicit MarkdownWriter(std::string page_separator);

  /// The same for a part of a page: its footnotes are called what `labels`, which outlive the writer, say.
  MarkdownWriter(std::string page_separator, const NoteLabels& labels);

  void add_page(const Page& page, std::string& out) override;
  void finish(std::string& out) override;

 private:
  template <class Sink>
  void add_words(WordJoiner& joiner, const Block& block, const Page& page, Sink&& sink) const;
  [[nodiscard]] std::string paragraph_of(const Block& block, const Page& page, std::string lead) const;
  void begin_page(const Page& page, std::string& out);
  void begin_block(const Block& block, std::string& out);
  void add_code(const Block& block, std::string& out);
  void add_table(const Block& table, const Page& page, bool is_first, std::string& out);
  void begin_list_item(const Block& block, std::string& out);
  void add_text(const Block& block, const Page& page, std::string& out);
  void hold_back(std::string markdown);
  void hold_back_figure(const Page& page, const Block& block);
  void add_note(const Block& block, const Page& page);
  void end_page_of_note();
  void close_note();

  /// What takes the pieces of the running text.
  auto sink(std::string& out) {
    return [this, &out](std::string_view piece, std::span<const TextSpan> spans) {
      inline_.put(piece, spans, links_, out);
    };
  }
  void close_block(std::string& out);

  std::string page_separator_;
  bool any_page_ = false;
  bool any_text_ = false;  ///< something stands before what is written next
  std::uint16_t file_ = 0;
  WordJoiner joiner_;
  MarkdownInline inline_;
  bool is_open_ = false;
  bool in_quote_ = false;             ///< what was begun last is a quotation
  TextEnd end_;                       ///< of the open block
  MarkdownTable table_;               ///< open if the last block is one
  std::vector<std::size_t> indents_;  ///< of the open list's levels: columns to where an item's text begins
  std::string held_back_;             ///< finished paragraphs of the margins, footnotes, and figures
  /// The footnote that was begun last.
  struct Note {
    MarkdownParagraph text;
    bool is_open = false;
    bool is_broken_off = false;  ///< as far as its end tells
    bool is_carried = false;     ///< from the page before, which ends in the middle of it
  };
  Note note_;
  bool has_notes_ = false;              ///< on the page in hand
  std::span<const std::string> links_;  ///< of the page in hand
  NoteLabels own_labels_;
  const NoteLabels* labels_ = &own_labels_;
};

}  // namespace docket::engine
