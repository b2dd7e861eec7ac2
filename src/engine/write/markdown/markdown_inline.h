// Running text with its marks in Markdown: emphasis, code, links, superscripts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/continuation.h"
#include "engine/text/text_style.h"
#include "engine/write/markdown/markdown_escape.h"

namespace docket::engine {

/// How a word looks to a reader of Markdown: bold, italic or code where `usual` is not.
TextLook look_of(const Word& word, std::span<const Font> fonts, const TextStyle& usual) noexcept;

/// Writes the pieces of one block with a space between them. Marks stay open from piece to piece while the look is the
/// same. Owned by the writer; begin() starts a block, close() ends it.
class MarkdownInline {
 public:
  void begin(MarkdownPlace place) noexcept {
    place_ = place;
    any_ = false;
  }

  /// Appends the next piece; `links` are those of the page that its stretches are of.
  void put(std::string_view piece, std::span<const Stretch> stretches, std::span<const std::string> links,
           std::string& out);

  /// Closes what is open.
  void close(std::string& out);

  /// The links that were given are no longer good.
  void end_page(std::string& out);

 private:
  void turn_to(const TextLook& look, std::span<const std::string> links, bool space, std::string& out);
  void close_marks(std::string& out);
  void close_link(std::string& out);
  std::string& target(std::string& out) noexcept { return look_.link >= 0 ? link_markdown_ : out; }

  MarkdownPlace place_ = MarkdownPlace::start;
  bool any_ = false;           ///< something was written since begin()
  TextLook look_;              ///< of what is open
  std::string code_;           ///< open code: how it is marked depends on all of it
  std::string uri_;            ///< of the open link
  std::string link_markdown_;  ///< the open link's text: whether it needs its address depends on all of it
  std::string link_text_;      ///< the same without marks and spaces
  std::vector<Stretch> parts_;
};

}  // namespace docket::engine
