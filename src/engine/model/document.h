// The document model: what readers make of a page, what layout passes turn it into, what writers write.
//
// A reader fills Page::lines in the order in which its library gave them and leaves `blocks` empty; the layout passes
// (pure functions on a page, and on the whole document's digest) put the lines into blocks. Coordinates are points
// (1/72 inch), origin at the top left corner of the upright page, y downwards.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace docket::engine {

constexpr float points_per_inch = 72;

struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  [[nodiscard]] float width() const noexcept { return x1 - x0; }
  [[nodiscard]] float height() const noexcept { return y1 - y0; }
  friend bool operator==(const Box&, const Box&) = default;
};

/// The smallest box around both.
Box united(const Box& a, const Box& b) noexcept;

/// What lies in both; turned inside out where nothing does.
Box intersection(const Box& a, const Box& b) noexcept;

inline float middle_x(const Box& box) noexcept {
  return (box.x0 + box.x1) / 2;
}

inline float middle_y(const Box& box) noexcept {
  return (box.y0 + box.y1) / 2;
}

/// Whether the middle of `inner` lies in `outer` or on its edge.
bool holds_middle(const Box& outer, const Box& inner) noexcept;

/// 0 for a box that is turned inside out.
double area(const Box& box) noexcept;

struct Font {
  std::string name;
  bool bold = false;
  bool italic = false;
  bool monospace = false;

  friend bool operator==(const Font&, const Font&) = default;
};

/// Where a word stands on its line.
enum class Script : std::uint8_t {
  normal = 0,
  superscript = 1,
  subscript = 2,
  note = 3  ///< raised, and refers to the page's footnote of this mark; footnotes.cpp
};

/// What a hyphen is with which a word ends at a line's end.
enum class Hyphen : std::uint8_t {
  unknown = 0,
  own = 1,    ///< the word is written with it
  broken = 2  ///< it is there because the line ends
};

struct Word {
  std::string text;  ///< UTF-8, NFC not guaranteed
  Box box;
  float size = 0;               ///< font size in points; for recognised words the line's estimated size
  std::int16_t font = -1;       ///< index into Page::fonts; -1 unknown
  std::int16_t link = -1;       ///< index into Page::links; -1 none
  std::int8_t confidence = -1;  ///< 0 … 100 for recognised words, -1 for text
  Script script = Script::normal;
  Hyphen hyphen = Hyphen::unknown;
  bool space_after = true;  ///< a space follows on the line

  friend bool operator==(const Word&, const Word&) = default;
};

/// Which way a line's text is read on the page. Of a right-to-left page all lines are, whatever their words are:
/// it is the order of what stands beside each other.
enum class WritingMode : std::uint8_t { ltr = 0, rtl = 1, vertical = 2 };

/// What a tagged file calls a piece of its text.
enum class Role : std::uint8_t { none, artifact, title, heading, paragraph, list_item, code, caption, other };

/// One element of a file's structure; lines of the same element have the same tag.
struct Tag {
  Role role = Role::none;
  std::uint8_t level = 0;  ///< of a heading: 1 … 6

  friend bool operator==(const Tag&, const Tag&) = default;
};

struct Line {
  std::vector<Word> words;  ///< in the order in which they are read
  Box box;
  float baseline = 0;            ///< y of the baseline
  std::int32_t group = -1;       ///< the reader's own idea of a block (group_runs(), Tesseract's paragraph); -1 none
  std::int32_t stands_for = -1;  ///< during layout only: the table whose place this line keeps; -1 for text
  WritingMode writing_mode = WritingMode::ltr;  ///< a reader only tells vertical lines; the layout finds the rest
  std::int32_t tag = -1;                        ///< during layout only: index into Page::tags; -1 none

  friend bool operator==(const Line&, const Line&) = default;
};

/// `margin` is what stands at the page's edge and is not part of the running text: a side note, say. What runs through
/// the document there is `page_header` and `page_footer` once the whole document is known. `caption` belongs to the
/// figure or table beside it; `code` keeps its lines and their indents.
enum class BlockKind : std::uint8_t {
  paragraph = 0,
  heading = 1,
  list_item = 2,
  margin = 3,
  table = 4,
  figure = 5,
  caption = 6,
  code = 7,
  quote = 8,
  footnote = 9,
  page_header = 10,
  page_footer = 11
};

/// Whether blocks of this kind stand beside the text that is read: sentences go on past them.
constexpr bool is_marginal(BlockKind kind) noexcept {
  return kind == BlockKind::margin || kind == BlockKind::footnote || kind == BlockKind::page_header ||
         kind == BlockKind::page_footer;
}

/// Whether blocks of this kind are text of which a file may say that it is something else.
constexpr bool is_plain_text(BlockKind kind) noexcept {
  return kind == BlockKind::paragraph || kind == BlockKind::heading || kind == BlockKind::list_item ||
         kind == BlockKind::code;
}

/// Whether blocks of this kind are repeated from page to page and say nothing of their own.
constexpr bool is_running(BlockKind kind) noexcept {
  return kind == BlockKind::page_header || kind == BlockKind::page_footer;
}

/// A cell of a table. Rows and columns count from 0; every place of the table's grid belongs to one cell at most.
struct Cell {
  std::uint16_t row = 0;
  std::uint16_t column = 0;
  std::uint16_t row_span = 1;
  std::uint16_t column_span = 1;
  bool is_header = false;
  Box box;
  std::vector<Line> lines;  ///< none in an empty cell

  friend bool operator==(const Cell&, const Cell&) = default;
};

/// Whether any of a cell's words has a letter.
bool has_letters(const Cell& cell) noexcept;

struct Block {
  BlockKind kind = BlockKind::paragraph;
  std::int8_t level = 0;     ///< heading: 1 … 6, 0 for a candidate before the document pass; list item: depth from 0
  std::int16_t image = -1;   ///< figure: index into Page::images; -1 none
  std::int8_t outline = -1;  ///< depth of the outline's item that names it, from 0; -1 none
  std::int8_t tagged = -1;   ///< the same by the file's structure: 0 for a title, else the heading's level
  std::string marker;        ///< list item: "-" or "3."; footnote: its mark; not part of its lines' words any more
  Box box;
  std::vector<Line> lines;  ///< a table's are in its cells
  std::vector<Cell> cells;  ///< of a table: row by row, in each from left to right

  friend bool operator==(const Block&, const Block&) = default;
};

/// An image that stands on the page, taken out as a file of its own where `images` are asked for.
struct Image {
  Box box;
  std::string name;            ///< of its file; empty if it was not taken out
  std::uint64_t identity = 0;  ///< the same for the same picture on other pages of the file; 0 unknown
  std::uint16_t dpi = 0;       ///< how finely it is stored; 0 unknown

  friend bool operator==(const Image&, const Image&) = default;
};

/// A heading as the file itself names it: an item of a PDF's outline.
struct OutlineItem {
  std::string title;       ///< UTF-8
  std::uint8_t depth = 0;  ///< from 0
  bool is_here = true;     ///< it leads to this page; false: to a page beside it, or to an unknown one

  friend bool operator==(const OutlineItem&, const OutlineItem&) = default;
};

/// How many of the outline's items lead to a page, and how many were found on it.
struct OutlineCount {
  std::uint32_t named = 0;
  std::uint32_t found = 0;

  friend bool operator==(const OutlineCount&, const OutlineCount&) = default;
};

/// Where a page's words come from.
enum class Source : std::uint8_t { text = 0, recognised = 1, mixed = 2, blank = 3 };

/// How far sizes and places of a page's words can be relied on: less where an earlier recognition made the text layer,
/// whose fonts fit each line; hardly where we have recognised them.
enum class Measures : std::uint8_t { exact = 0, fitted = 1, rough = 2 };

/// How most of a document's text looks, so that it is not worth a mark.
struct BodyStyle {
  bool bold = false;
  bool italic = false;
  bool monospace = false;

  friend bool operator==(const BodyStyle&, const BodyStyle&) = default;
};

struct Page {
  std::uint16_t file = 0;
  std::uint32_t number = 0;  ///< 1-based within its file
  float width = 0;           ///< points, upright
  float height = 0;
  Source source = Source::text;
  Measures measures = Measures::exact;
  std::uint16_t dpi = 0;           ///< of the picture that was recognised; 0 for text
  std::uint8_t quarter_turns = 0;  ///< clockwise, 0 … 3: by so many the file's page was turned, as its text stood
  float skew = 0;  ///< degrees clockwise by which it was then made level, about its middle; page_rotation.h
  std::vector<Font> fonts;
  std::vector<std::string> links;  ///< URIs
  std::vector<Image> images;
  std::vector<Box> rules;            ///< lines that are drawn, horizontal or vertical: thin boxes; empty after layout
  std::vector<Box> fills;            ///< areas that are filled with a colour other than the page's; empty after layout
  std::vector<Box> shapes;           ///< boxes of what else is drawn, curves and slanted lines; empty after layout
  std::vector<Tag> tags;             ///< of the lines; empty after layout
  std::vector<OutlineItem> outline;  ///< what the outline says of the page; empty after layout
  OutlineCount outlined;             ///< after layout
  std::vector<Line> lines;           ///< as read; empty after layout
  std::vector<Block> blocks;         ///< in reading order, after layout
  std::vector<Block> hidden;         ///< text beyond the page's edges, in the file but not visible: paragraphs
  BodyStyle body;                    ///< set once the whole document is known; not stored

  friend bool operator==(const Page&, const Page&) = default;
};

}  // namespace docket::engine
