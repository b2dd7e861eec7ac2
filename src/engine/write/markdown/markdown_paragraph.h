// A paragraph of Markdown that is written apart from the running text: of a side note or a footnote.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/text/continuation.h"
#include "engine/write/markdown/markdown_inline.h"

namespace docket::engine {

/// Takes a paragraph's words, perhaps of several pages, and gives its Markdown at the end. Owned by the writer.
class MarkdownParagraph {
 public:
  /// `lead` stands before the text and is Markdown.
  void begin(std::string lead) {
    text_ = std::move(lead);
    inline_.begin(MarkdownContext::start);
  }

  /// Where its words go, and what takes the pieces that it makes of them; `links` are those of the words' page.
  WordJoiner& joiner() noexcept { return joiner_; }
  auto sink(std::span<const std::string> links) {
    return [this, links](std::string_view piece, std::span<const TextSpan> spans) {
      inline_.put(piece, spans, links, text_);
    };
  }

  /// The page ends, and its links are no longer good; `links` as for sink().
  void end_page(std::span<const std::string> links) {
    joiner_.end_page(sink(links));
    inline_.end_page(text_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

  /// Ends it; `links` as for sink().
  std::string close(std::span<const std::string> links) {
    joiner_.finish(sink(links));
    inline_.close(text_);
    return std::exchange(text_, {});
  }

 private:
  WordJoiner joiner_;
  MarkdownInline inline_;
  std::string text_;
};

}  // namespace docket::engine
