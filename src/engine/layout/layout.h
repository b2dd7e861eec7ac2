// The layout passes: pure functions in a fixed order, from a page's lines as read to its blocks. lay_out() (declared in
// rendering.h) runs them; each can be tested, and a further one put between them, on its own.
//
//   clean_lines → mark_scripts → keep_figures → take_columns → take_drawings → take_tables → mirror → reading_order →
//   build_blocks → put_tables → mark_footnotes → make_code → mark_headings → mark_tagged → mark_outlined → make_lists →
//   mark_quotes → place_figures → put_columns → mirror → put_labels → mark_captions
//                                                                                 on one page
//   DocumentDigest → DocumentFindings::apply                                      on the whole document
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/model/document.h"
#include "engine/text/size_histogram.h"

namespace docket::engine {

/// Makes the words' text fit to be written anywhere: valid UTF-8, no control characters, ligatures as their letters,
/// bullets of symbol fonts, and a typewriter's o that is one, as Unicode's. Words and lines without text are dropped;
/// coordinates become finite.
void clean_lines(std::vector<Line>& lines, std::span<const Font> fonts = {});

/// Marks superscripts and subscripts.
void mark_scripts(std::vector<Line>& lines);

/// Where a region stands: in the running text, or at the page's edge (running header, footer, side note).
enum class Place : std::uint8_t { body = 0, margin = 1 };

/// A part of a page in which text runs from top to bottom: a column, or a stretch of full width.
struct Region {
  Place place = Place::body;
  std::vector<Line> lines;          ///< row by row, in each from left to right
  std::vector<std::uint32_t> rows;  ///< index of each row's first line; never empty when `lines` is not

  /// The lines of row `index`.
  [[nodiscard]] std::span<const Line> row(std::size_t index) const noexcept {
    const auto end = index + 1 < rows.size() ? rows[index + 1] : lines.size();
    return std::span(lines).subspan(rows[index], end - rows[index]);
  }
};

/// Cuts a page's lines into regions in reading order: columns are told by a gutter that only full-width lines cross and
/// that has running text on its sides; side notes and what stands in the top and bottom margins are set apart.
/// `height` is the page's, in points.
std::vector<Region> reading_order(std::vector<Line> lines, float height);

/// Joins rows to paragraphs by leading, indent, style and how full a row is, and paragraphs that go on in the next
/// column. A paragraph that begins with a credible list marker becomes a list item, its marker still among its words.
std::vector<Block> build_blocks(std::vector<Region> regions, std::span<const Font> fonts, Measures measures);

/// Makes code of blocks that are set in a monospaced font; whether that means anything is told by the document.
void make_code(Page& page);

/// The document pass for code: in a typewritten document it is text as all the rest, in others neighbouring blocks are
/// one.
void resolve_code(Page& page, bool is_typewritten);

/// The lines of a block of code as they were typed: each with its indent and the columns its words stand in, told from
/// their places; empty lines where the distance says so.
std::vector<std::string> code_lines(const Block& block);

/// Turns blocks that look like headings into heading candidates of level 0; the document decides about them.
void mark_headings(Page& page);

/// Makes footnotes of small paragraphs at the foot of a page or column, and of side notes, that begin with a mark which
/// is raised in the text: one block for each, with the mark as its marker and not among its words. A further paragraph
/// of a note is a footnote without a marker, and so is the rest of one that began on the page before. What refers to
/// them becomes Script::note, and a paragraph that goes on in the next column goes on past them.
void mark_footnotes(Page& page);

/// Takes the markers out of list items' words and gives the items their depth.
void make_lists(std::vector<Block>& blocks);

/// Makes quotations of paragraphs below others that are set in from these on both sides, or stand beside a bar.
void mark_quotes(Page& page);

}  // namespace docket::engine
