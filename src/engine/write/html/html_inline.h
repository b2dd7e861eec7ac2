// Running text with its marks in HTML: emphasis, code, links, what is raised or lowered, references to footnotes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/continuation.h"
#include "engine/write/flow/note_labels.h"

namespace docket::engine {

/// The number of a span's note says so if it is the first one that refers to the note: its element has an id.
inline constexpr NoteId first_reference = NoteId{1} << 31U;

/// Writes the pieces of one block with a space between them. Marks stay open from piece to piece while the style is the
/// same. Owned by the flow; begin() starts a block, close() ends it.
class HtmlInline {
 public:
  void begin() noexcept { any_ = false; }

  /// What follows is of another page, or, unless `at_once`, what follows the next piece: that began on the page before.
  /// `tag` opens the element that is around it.
  void begin_part(std::string tag, bool at_once);

  /// Appends the next piece; `links` are those of the page that its spans are of.
  void put(std::string_view piece, std::span<const TextSpan> spans, std::span<const std::string> links,
           std::string& out);

  /// Closes what is open.
  void close(std::string& out);

  /// The links that were given are no longer good.
  void end_page(std::string& out);

 private:
  /// One that waits for its first piece.
  struct Part {
    std::string tag;
    bool is_next = false;  ///< the next piece is that
  };

  void open_part(bool& space, std::string& out);
  void turn_to(const SpanStyle& style, std::span<const std::string> links, bool space, std::string& out);
  void close_marks(std::string& out);
  void close_link(std::string& out);

  bool any_ = false;              ///< something was written since begin()
  SpanStyle style_;               ///< of what is open
  bool in_anchor_ = false;        ///< the open link leads somewhere
  bool in_part_ = false;          ///< the element of a page's part is open
  std::vector<Part> next_parts_;  ///< two at most
  std::vector<TextSpan> parts_;
};

}  // namespace docket::engine
