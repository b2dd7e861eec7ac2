// Running text with its marks in Markdown: emphasis, code, links, superscripts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/continuation.h"
#include "engine/write/markdown/markdown_escape.h"

namespace docket::engine {

/// Writes the pieces of one block with a space between them. Marks stay open from piece to piece while the style is the
/// same. Owned by the writer; begin() starts a block, close() ends it.
class MarkdownInline {
 public:
  void begin(MarkdownContext context) noexcept {
    context_ = context;
    any_ = false;
  }

  /// Appends the next piece; `links` are those of the page that its spans are of.
  void put(std::string_view piece, std::span<const TextSpan> spans, std::span<const std::string> links,
           std::string& out);

  /// Closes what is open.
  void close(std::string& out);

  /// The links that were given are no longer good.
  void end_page(std::string& out);

 private:
  [[nodiscard]] MarkdownContext context_of(std::string_view text, bool is_last) const noexcept;
  void turn_to(const SpanStyle& style, std::span<const std::string> links, bool space, std::string& out);
  void close_marks(std::string& out);
  void close_link(std::string& out);
  std::string& target(std::string& out) noexcept { return style_.link >= 0 ? link_markdown_ : out; }

  MarkdownContext context_ = MarkdownContext::start;
  bool any_ = false;           ///< something was written since begin()
  SpanStyle style_;            ///< of what is open
  std::string code_;           ///< open code: how it is marked depends on all of it
  std::string uri_;            ///< of the open link
  std::string link_markdown_;  ///< the open link's text: whether it needs its address depends on all of it
  std::string link_text_;      ///< the same without marks and spaces
  std::vector<TextSpan> parts_;
};

}  // namespace docket::engine
