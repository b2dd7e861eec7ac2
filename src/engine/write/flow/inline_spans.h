// What running text looks like, before it is marked in any way: which words are emphasised, and where marks are worth
// it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/model/document.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {

/// Generously: whatever is neither a letter nor a digit nor a space.
bool is_punctuation(char32_t c) noexcept;

/// What of a block's style says nothing: that of the whole document's text, and a heading's own.
TextStyle usual_style(const Block& block, const Page& page);

/// The same of a table's cell: that a whole cell is bold or italic is the table's style, that some of its words are, is
/// not. Figures in a typewriter's font are no code.
TextStyle usual_style(const Cell& cell, const Page& page);

/// How a word looks to a reader: bold, italic or code where `usual` is not.
SpanStyle span_style_of(const Word& word, std::span<const Font> fonts, const TextStyle& usual) noexcept;

/// Gives a cell's text to `sink`, piece by piece with its spans; see add_lines().
template <class Sink>
void add_cell(const Cell& cell, const Page& page, Sink&& sink) {
  WordJoiner joiner;
  const auto usual = usual_style(cell, page);
  add_lines(
      joiner, cell.lines, [&](const Word& word) { return span_style_of(word, page.fonts, usual); }, sink);
  joiner.finish(sink);
}

/// Sets `parts` to those that `piece` is marked by, at least one: what its spans say, without what only seems so.
void part_piece(std::string_view piece, std::span<const TextSpan> spans, std::vector<TextSpan>& parts);

}  // namespace docket::engine
