// A paragraph that is written apart from the running text: of a side note or a footnote.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/text/continuation.h"

namespace docket::engine {

/// Takes a paragraph's words, perhaps of several pages, and gives its text with its marks at the end. `Inline` marks
/// running text. Owned by the flow.
template <class Inline>
class FlowParagraph {
 public:
  /// `lead` stands before the text, as it is.
  void begin(std::string lead) { text_ = std::move(lead); }

  /// What marks its text: the markup begins and turns it.
  Inline& marks() noexcept { return inline_; }

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
  Inline inline_;
  std::string text_;
};

}  // namespace docket::engine
