#include "engine/layout/blocks/code_blocks.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/utf8.h"
#include "engine/layout/blocks/lists.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr float empty_line = 1.7F;        ///< leadings: as far apart, there is an empty line between
constexpr float too_far = 3.5F;           ///< leadings: other code
constexpr std::size_t longest_pad = 200;  ///< columns: what is farther right stands there by mistake
constexpr std::size_t least_chars = 4;    ///< unless there is code above: a lone bracket

bool is_code(const Block& block, const Page& page, bool is_code_above) {
  if (block.kind != BlockKind::paragraph && block.kind != BlockKind::list_item) {
    return false;
  }
  const auto style = style_of(block.lines, page.fonts);
  const bool is_link = std::ranges::all_of(block.lines, [](const Line& line) {
    return std::ranges::all_of(line.words, [](const Word& word) { return word.link >= 0; });
  });
  return style.monospace && (style.chars >= least_chars || is_code_above) && !is_link;
}

/// The usual distance of the block's lines, at least a little more than their size.
float leading_of(const Block& block, float size) {
  std::vector<float> steps;
  for (std::size_t i = 1; i < block.lines.size(); ++i) {
    const float step = block.lines[i].baseline - block.lines[i - 1].baseline;
    if (step > 0.5F * size) {
      steps.push_back(step);
    }
  }
  if (steps.empty()) {
    return 1.25F * size;
  }
  const auto low = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 4);
  std::ranges::nth_element(steps, low);
  return *low;
}

/// Whether `next` goes on the code of `last`: below it, of its size, and not far.
bool continues_below(const Block& last, const Block& next, const Page& page) {
  const float size = style_of(last.lines, page.fonts).size;
  const float step = next.lines.front().baseline - last.lines.back().baseline;
  return std::abs(style_of(next.lines, page.fonts).size - size) < 0.1F * size && step > 0.3F * size &&
         step < too_far * leading_of(last, size) && next.box.x0 < last.box.x1 && next.box.x1 > last.box.x0;
}

/// The width of a character.
float pitch_of(const Block& block) {
  std::vector<float> widths;
  for (const auto& line : block.lines) {
    for (const auto& word : line.words) {
      if (const auto chars = count_chars(word.text); chars > 0) {
        widths.push_back(word.box.width() / static_cast<float>(chars));
      }
    }
  }
  if (widths.empty()) {
    return 0;
  }
  const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
  std::ranges::nth_element(widths, middle);
  return *middle;
}

/// Code becomes what it was before. Its lists have their turn now, which was over when they were found to be none.
void unmake_code(Page& page) {
  std::vector<Block> blocks;
  std::vector<Block> list;
  const auto end_list = [&] {
    make_lists(list);
    std::ranges::move(list, std::back_inserter(blocks));
    list.clear();
  };
  for (auto& block : page.blocks) {
    if (block.kind == BlockKind::code && !block.marker.empty()) {
      block.kind = BlockKind::list_item;
      list.push_back(std::move(block));
      continue;
    }
    end_list();
    block.kind = block.kind == BlockKind::code ? BlockKind::paragraph : block.kind;
    blocks.push_back(std::move(block));
  }
  end_list();
  page.blocks = std::move(blocks);
}

}  // namespace

void make_code(Page& page) {
  bool is_code_above = false;
  for (auto& block : page.blocks) {
    is_code_above = is_code(block, page, is_code_above);
    if (is_code_above) {
      block.kind = BlockKind::code;
    }
  }
}

void resolve_code(Page& page, bool is_typewritten) {
  if (is_typewritten) {
    unmake_code(page);
    return;
  }
  std::vector<Block> blocks;
  blocks.reserve(page.blocks.size());
  for (auto& block : page.blocks) {
    if (block.kind != BlockKind::code) {
      blocks.push_back(std::move(block));
    } else if (!blocks.empty() && blocks.back().kind == BlockKind::code &&
               continues_below(blocks.back(), block, page)) {
      auto& last = blocks.back();
      last.box = united(last.box, block.box);
      std::ranges::move(block.lines, std::back_inserter(last.lines));
    } else {
      block.marker.clear();
      blocks.push_back(std::move(block));
    }
  }
  page.blocks = std::move(blocks);
}

std::vector<std::string> code_lines(const Block& block) {
  std::vector<std::string> text;
  if (block.lines.empty()) {
    return text;
  }
  float left = block.lines.front().box.x0;
  for (const auto& line : block.lines) {
    left = std::min(left, line.box.x0);
  }
  const float pitch = pitch_of(block);
  const float leading = leading_of(block, size_of(block.lines.front().words.front()));
  std::size_t column = 0;  // of the open line's end
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    const auto& line = block.lines[i];
    if (i == 0 || !beside(block.lines[i - 1], line)) {
      if (i > 0 && line.baseline - block.lines[i - 1].baseline > empty_line * leading) {
        text.emplace_back();
      }
      text.emplace_back();
      column = 0;
    }
    for (const auto& word : line.words) {
      const float stop = pitch > 0 ? std::round((word.box.x0 - left) / pitch) : 0;
      auto at = static_cast<std::size_t>(std::clamp(stop, 0.0F, 1e6F));
      const bool has_space = column > 0 && (&word == line.words.data() || (&word)[-1].space_after);
      at = std::max(at, column + (has_space ? 1 : 0));
      at = column > 0 && !has_space ? column : std::min(at, column + longest_pad);
      text.back().append(at - column, ' ');
      text.back() += word.text;
      column = at + count_chars(word.text);
    }
  }
  return text;
}

}  // namespace docket::engine
