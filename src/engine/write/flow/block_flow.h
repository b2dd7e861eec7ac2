// Pages as one text that is read: which blocks belong to it, in which order, and what goes on over a page's end. What
// the blocks look like is a markup's matter: Markdown's (write/markdown) or HTML's (write/html).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/layout/blocks/note_marks.h"
#include "engine/model/document.h"
#include "engine/text/continuation.h"
#include "engine/write/flow/flow_paragraph.h"
#include "engine/write/flow/inline_spans.h"
#include "engine/write/flow/note_labels.h"
#include "engine/write/flow/open_table.h"

namespace docket::engine {

/// How a page begins, seen from the one before.
struct PageTurn {
  bool is_first = false;   ///< there is none
  bool new_file = false;   ///< it is another document's
  bool separated = false;  ///< the markup divides pages, so nothing goes on
};

/// What stands around a paragraph that is held back.
struct Around {
  std::string before;
  std::string after;
};

/// What is held back until the paragraph that goes on is closed.
enum class HeldBack : std::uint8_t {
  aside,        ///< a side note, a figure
  note,         ///< a footnote
  rest_of_note  ///< the further paragraph of a footnote on the same page
};

/// The last paragraph stays open until it is known whether the next page goes on with it; what stands in the margins
/// between (footer, header) is held back until it is closed. So does the last table, and the last footnote of a page.
/// Owned by a writer. `Markup` has what is called on `markup_` here, and a type Inline, which marks running text.
template <class Markup>
class BlockFlow {
 public:
  /// `labels`, if any, say what footnotes are called; they outlive the flow.
  explicit BlockFlow(Markup markup, const NoteLabels* labels = nullptr)
      : markup_(std::move(markup)), labels_(labels != nullptr ? labels : &own_labels_) {}

  BlockFlow(const BlockFlow&) = delete;
  BlockFlow& operator=(const BlockFlow&) = delete;
  ~BlockFlow() = default;

  void add_page(const Page& page, std::string& out) {
    begin_page(page, out);
    bool is_first = true;
    for (const auto& block : page.blocks) {
      if (block.kind == BlockKind::table && !block.cells.empty()) {
        add_table(block, page, is_first, out);
        is_first = false;
      } else if (block.kind == BlockKind::figure) {
        hold_back(HeldBack::aside, markup_.figure(block, page));  // behind the paragraph that goes on
        if (!is_open_) {
          close_block(out);
        }
      } else if (block.lines.empty() || is_running(block.kind)) {
        continue;
      } else if (block.kind == BlockKind::margin || block.kind == BlockKind::footnote) {
        add_beside(block, page, out);
      } else if (block.kind == BlockKind::code) {
        close_block(out);
        markup_.add_code(block, page, out);
        is_first = false;
      } else {
        add_text(block, page, is_first, out);
        is_first = false;
      }
    }
    joiner_.end_page(sink(out));
    inline_.end_page(out);
    end_page_of_note();
    links_ = {};
  }

  void finish(std::string& out) {
    close_note();
    close_block(out);
    markup_.finish(out);
  }

 private:
  using Inline = typename Markup::Inline;

  /// So much of the margins is held back for the sake of a paragraph that goes on; beyond, it is cut.
  static constexpr std::size_t max_held_back = std::size_t{64} << 10U;

  /// The footnote that was begun last.
  struct Note {
    FlowParagraph<Inline> text;
    std::string after;  ///< what stands behind it
    bool is_open = false;
    bool is_broken_off = false;  ///< as far as its end tells
    bool is_carried = false;     ///< from the page before, which ends in the middle of it
  };

  /// What takes the pieces of the running text.
  auto sink(std::string& out) {
    return [this, &out](std::string_view piece, std::span<const TextSpan> spans) {
      inline_.put(piece, spans, links_, out);
    };
  }

  void begin_page(const Page& page, std::string& out) {
    const PageTurn turn{.is_first = !any_page_,
                        .new_file = any_page_ && page.file != file_,
                        .separated = any_page_ && markup_.separates_pages()};
    if (turn.separated || turn.new_file) {
      close_note();
      close_block(out);
    }
    any_page_ = true;
    file_ = page.file;
    has_notes_ = false;
    links_ = page.links;
    own_labels_.begin_page(page);
    markup_.begin_page(page, turn, out);
  }

  template <class Sink>
  void add_words(WordJoiner& joiner, const Block& block, const Page& page, Sink&& sink) {
    const auto usual = usual_style(block, page);
    const auto style = [&](const Word& word) -> SpanStyle {
      const auto note = word.script == Script::note ? labels_->note(note_mark(word.text)) : NoteId{0};
      if (note != 0) {  // whatever it looks like, and wherever it leads
        return {.script = word.script, .note = markup_.refer_to(note)};
      }
      return span_style_of(word, page.fonts, usual);
    };
    add_lines(joiner, block.lines, style, sink);
  }

  /// A table; the first thing on its page may be the rest of the one before.
  void add_table(const Block& table, const Page& page, bool is_first, std::string& out) {
    if (is_first && table_.continues(table)) {
      markup_.go_on_table(table, page, out);
      return;
    }
    close_block(out);
    table_.begin(table);
    markup_.begin_table(table, page, out);
  }

  /// A part of the running text.
  void add_text(const Block& block, const Page& page, bool is_first, std::string& out) {
    if (is_first && is_open_ && continues(end_, block)) {
      markup_.go_on(block, page, inline_, joiner_.is_empty());
    } else {
      close_block(out);
      is_open_ = true;
      end_ = {};
      markup_.begin_block(block, page, inline_, out);
    }
    add_words(joiner_, block, page, sink(out));
    // A paragraph that goes on a list item is still that item's.
    const auto kind = end_.kind == BlockKind::list_item && block.kind == BlockKind::paragraph ? end_.kind : block.kind;
    end_ = end_of(block);
    end_.kind = kind;
  }

  /// A side note or a footnote.
  void add_beside(const Block& block, const Page& page, std::string& out) {
    if (block.kind == BlockKind::footnote) {
      add_note(block, page);
    } else {
      hold_back(HeldBack::aside, paragraph_of(block, page, markup_.around_aside(block, page)));
    }
    if (markup_.held_back() > max_held_back) {
      close_block(out);
    }
  }

  /// The whole block, which is no part of the running text.
  std::string paragraph_of(const Block& block, const Page& page, Around around) {
    FlowParagraph<Inline> paragraph;
    paragraph.begin(std::move(around.before));
    markup_.begin_inline(paragraph.marks());
    add_words(paragraph.joiner(), block, page, paragraph.sink(page.links));
    return paragraph.close(page.links) + around.after;
  }

  /// A footnote, which stays open; or, without a marker, what goes on the last one: over the page, or as its further
  /// paragraph.
  void add_note(const Block& block, const Page& page) {
    const bool is_rest = block.marker.empty() && note_.is_carried;
    if (!is_rest) {
      close_note();
    }
    if (!is_rest && block.marker.empty()) {
      const auto what = has_notes_ ? HeldBack::rest_of_note : HeldBack::aside;
      hold_back(what, paragraph_of(block, page,
                                   has_notes_ ? markup_.around_rest(block, page) : markup_.around_aside(block, page)));
      return;
    }
    if (is_rest) {
      markup_.go_on(block, page, note_.text.marks(), note_.text.joiner().is_empty());
    } else {
      auto around = markup_.around_note(block, page, labels_->note(block.marker));
      note_.text.begin(std::move(around.before));
      note_.after = std::move(around.after);
      markup_.begin_inline(note_.text.marks());
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
  void end_page_of_note() {
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

  void close_note() {
    if (note_.is_open) {
      hold_back(HeldBack::note, note_.text.close(links_) + note_.after);
    }
    note_.is_open = false;
    note_.is_carried = false;
  }

  void hold_back(HeldBack what, std::string text) {
    if (!text.empty()) {
      markup_.hold_back(what, std::move(text));
    }
  }

  void close_block(std::string& out) {
    if (is_open_) {
      joiner_.finish(sink(out));
      inline_.close(out);
      markup_.end_block(out);
    }
    if (table_.is_open()) {
      markup_.end_table(out);
      table_.end();
    }
    is_open_ = false;
    end_ = {};
    if (markup_.held_back() > 0) {
      markup_.put_held_back(out);
    }
  }

  Markup markup_;
  WordJoiner joiner_;
  Inline inline_;
  bool any_page_ = false;
  std::uint16_t file_ = 0;
  bool is_open_ = false;  ///< a paragraph, heading, list item or quotation is
  TextEnd end_;           ///< of what is open
  OpenTable table_;       ///< open if the last block is one
  Note note_;
  bool has_notes_ = false;              ///< on the page in hand
  std::span<const std::string> links_;  ///< of the page in hand
  NoteLabels own_labels_;
  const NoteLabels* labels_;
};

}  // namespace docket::engine
