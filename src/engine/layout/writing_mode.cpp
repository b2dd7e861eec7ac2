#include "engine/layout/writing_mode.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.h"
#include "engine/layout/blocks/headings.h"
#include "engine/layout/blocks/lists.h"
#include "engine/layout/paragraphs.h"
#include "engine/layout/reading_order.h"
#include "engine/model/page_rotation.h"
#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

/// Calls `apply` with each box of a line.
template <class Apply>
void each_box(Line& line, const Apply& apply) {
  apply(line.box);
  for (auto& word : line.words) {
    apply(word.box);
  }
}

/// The same of a block.
template <class Apply>
void each_box(Block& block, const Apply& apply) {
  apply(block.box);
  for (auto& line : block.lines) {
    each_box(line, apply);
  }
  for (auto& cell : block.cells) {
    apply(cell.box);
    for (auto& line : cell.lines) {
      each_box(line, apply);
    }
  }
}

Box mirrored(const Box& box, float width) noexcept {
  return {width - box.x1, box.y0, width - box.x0, box.y1};
}

/// The direction of a word's first letter; neutral without any.
Direction first_direction(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto next = first_char(text);
    text.remove_prefix(next.length);
    const auto direction = direction_of(next.code);
    if (direction == Direction::left_to_right || direction == Direction::right_to_left) {
      return direction;
    }
  }
  return Direction::neutral;
}

/// No letter that runs right to left has fewer bytes than two, and none of two begins lower (U+0590 is D6 90).
bool may_be_rtl(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xD6; });
}

std::size_t chars_of(std::span<const Line> lines) noexcept {
  std::size_t chars = 0;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      chars += count_chars(word.text);
    }
  }
  return chars;
}

std::size_t chars_of(std::span<const Block> blocks) noexcept {
  std::size_t chars = 0;
  for (const auto& block : blocks) {
    chars += chars_of(block.lines);
    for (const auto& cell : block.cells) {
      chars += chars_of(cell.lines);
    }
  }
  return chars;
}

}  // namespace

bool is_mostly_rtl(std::span<const Line> lines) noexcept {
  bool any = false;
  for (const auto& line : lines) {
    any = any || std::ranges::any_of(line.words, [](const Word& word) { return may_be_rtl(word.text); });
  }
  if (!any) {
    return false;
  }
  std::size_t rtl = 0;
  std::size_t ltr = 0;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      const auto direction = first_direction(word.text);
      rtl += direction == Direction::right_to_left ? 1 : 0;
      ltr += direction == Direction::left_to_right ? 1 : 0;
    }
  }
  return rtl > ltr;
}

void mirror(std::vector<Block>& blocks, float width) noexcept {
  for (auto& block : blocks) {
    each_box(block, [width](Box& box) { box = mirrored(box, width); });
  }
}

void mirror(Page& page) noexcept {
  const auto apply = [width = page.width](Box& box) { box = mirrored(box, width); };
  for (auto& line : page.lines) {
    each_box(line, apply);
  }
  mirror(page.blocks, page.width);
  for (auto& image : page.images) {
    apply(image.box);
  }
  for (auto* const boxes : {&page.rules, &page.fills, &page.shapes}) {
    std::ranges::for_each(*boxes, apply);
  }
}

void set_writing_mode(std::vector<Block>& blocks, WritingMode mode) noexcept {
  const auto mark = [mode](std::vector<Line>& lines) {
    for (auto& line : lines) {
      line.writing_mode = line.writing_mode == WritingMode::ltr ? mode : line.writing_mode;
    }
  };
  for (auto& block : blocks) {
    mark(block.lines);
    for (auto& cell : block.cells) {
      mark(cell.lines);
    }
  }
}

std::vector<Block> take_vertical_text(Page& page) {
  const auto runs_on = [](const Line& line) { return line.writing_mode != WritingMode::vertical; };
  if (std::ranges::all_of(page.lines, runs_on)) {
    return {};
  }
  const auto columns = std::stable_partition(page.lines.begin(), page.lines.end(), runs_on);
  // By a quarter against the clock, so that the first column, on the right, is the uppermost row.
  Page level;
  level.width = page.height;
  level.height = page.width;
  level.measures = page.measures;
  level.fonts = page.fonts;
  level.lines.assign(std::make_move_iterator(columns), std::make_move_iterator(page.lines.end()));
  page.lines.erase(columns, page.lines.end());
  for (auto& line : level.lines) {
    each_box(line, [&](Box& box) { box = turned_box(box, 3, page.width, page.height); });
    line.baseline = line.box.y1;
    line.writing_mode = WritingMode::ltr;
  }
  auto regions = reading_order(std::move(level.lines), level.height);
  level.lines.clear();
  for (auto& region : regions) {
    region.zone = Zone::body;  // the edges that it was seen at are the page's sides
  }
  level.blocks = build_blocks(std::move(regions), level.fonts, level.measures);
  mark_headings(level);
  make_lists(level.blocks);
  for (auto& block : level.blocks) {
    each_box(block, [&](Box& box) { box = turned_box(box, 1, level.width, level.height); });
    for (auto& line : block.lines) {
      line.baseline = line.box.y1;
    }
  }
  set_writing_mode(level.blocks, WritingMode::vertical);
  return std::move(level.blocks);
}

void put_vertical_text(Page& page, std::vector<Block> columns) {
  if (columns.empty()) {
    return;
  }
  auto position = page.blocks.end();
  if (chars_of(columns) > chars_of(page.blocks)) {
    constexpr float edge = 0.09F;  // of the page's height
    float top = columns.front().box.y0;
    for (const auto& block : columns) {
      top = std::min(top, block.box.y0);
    }
    for (auto& block : page.blocks) {
      const bool is_text = block.kind == BlockKind::paragraph || block.kind == BlockKind::heading;
      if (is_text && (block.box.y1 < edge * page.height || block.box.y0 > (1 - edge) * page.height)) {
        block.kind = BlockKind::margin;
        block.level = 0;
      }
    }
    position = std::stable_partition(page.blocks.begin(), page.blocks.end(),
                                     [top](const Block& block) { return block.box.y1 <= top; });
  }
  page.blocks.insert(position, std::make_move_iterator(columns.begin()), std::make_move_iterator(columns.end()));
}

}  // namespace docket::engine
