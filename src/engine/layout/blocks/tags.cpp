#include "engine/layout/blocks/tags.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "engine/text/continuation.h"
#include "engine/text/list_marker.h"

namespace docket::engine {
namespace {

constexpr float edge_share = 0.15F;          ///< of the page's height: where headers and footers are
constexpr std::size_t most_lines = 6;        ///< of a heading
constexpr std::size_t most_words = 60;       ///< of a heading
constexpr std::size_t most_edge_words = 15;  ///< of a header or footer: forms are often called artifacts as a whole

Tag tag_of(const Line& line, const Page& page) {
  return line.tag >= 0 && static_cast<std::size_t>(line.tag) < page.tags.size()
             ? page.tags[static_cast<std::size_t>(line.tag)]
             : Tag{};
}

bool is_heading(const Tag& tag) noexcept {
  return tag.role == Role::heading || tag.role == Role::title;
}

/// How many of the page's words have which kind of tag.
struct Tally {
  std::size_t words = 0;
  std::size_t tagged = 0;
  std::size_t artifacts = 0;
  std::size_t headings = 0;
  std::size_t items = 0;

  /// Whether the tags say something of most words, and not the same of all.
  [[nodiscard]] bool is_sane() const noexcept {
    return tagged * 10 >= words * 7 && artifacts * 2 <= words && (headings < words || words < 20);
  }
  [[nodiscard]] bool has_sane_lists() const noexcept { return items * 20 <= words * 19; }
};

Tally count(const Page& page) {
  Tally tally;
  for (const auto& block : page.blocks) {
    for (const auto& line : block.lines) {
      const auto words = line.words.size();
      const auto tag = tag_of(line, page);
      tally.words += words;
      tally.tagged += tag.role != Role::none ? words : 0;
      tally.artifacts += tag.role == Role::artifact ? words : 0;
      tally.headings += is_heading(tag) ? words : 0;
      tally.items += tag.role == Role::list_item ? words : 0;
    }
  }
  return tally;
}

/// Whether a block is to be cut between two of its lines: a heading stands by itself, and so does each list item.
bool is_cut(const Line& a, const Line& b, const Page& page) {
  if (a.tag == b.tag || beside(a, b)) {
    return false;
  }
  const auto first = tag_of(a, page);
  const auto second = tag_of(b, page);
  if (first.role == Role::none || second.role == Role::none) {
    return false;
  }
  return is_heading(first) || is_heading(second) ||
         (second.role == Role::list_item && (first.role == Role::list_item || first.role == Role::paragraph));
}

/// A part of `whole`'s lines as a block of its own.
Block part_of(Block& whole, std::size_t first, std::size_t end) {
  Block part;
  part.kind = first == 0 ? whole.kind : BlockKind::paragraph;
  part.marker = first == 0 ? whole.marker : std::string();
  part.box = whole.lines[first].box;
  for (auto i = first; i < end; ++i) {
    part.box = united(part.box, whole.lines[i].box);
    part.lines.push_back(std::move(whole.lines[i]));
  }
  return part;
}

/// Whether lines of different columns were taken for rows: a heading stands beside something else.
bool is_mixed(const Block& block, const Page& page) {
  for (std::size_t i = 1; i < block.lines.size(); ++i) {
    const auto& a = block.lines[i - 1];
    const auto& b = block.lines[i];
    if (a.tag != b.tag && (is_heading(tag_of(a, page)) || is_heading(tag_of(b, page))) && beside(a, b)) {
      return true;
    }
  }
  return false;
}

void cut_blocks(Page& page) {
  std::vector<Block> blocks;
  blocks.reserve(page.blocks.size());
  for (auto& block : page.blocks) {
    std::vector<std::size_t> cuts{0};
    const bool may_be_cut = is_plain_text(block.kind) && !is_mixed(block, page);
    for (std::size_t i = 1; may_be_cut && i < block.lines.size(); ++i) {
      if (is_cut(block.lines[i - 1], block.lines[i], page)) {
        cuts.push_back(i);
      }
    }
    if (cuts.size() == 1) {
      blocks.push_back(std::move(block));
      continue;
    }
    cuts.push_back(block.lines.size());
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      blocks.push_back(part_of(block, cuts[i - 1], cuts[i]));
    }
  }
  page.blocks = std::move(blocks);
}

/// The tag that all lines of the block share: its index in Page::tags, or -1.
std::int32_t shared_tag(const Block& block) {
  const auto tag = block.lines.empty() ? -1 : block.lines.front().tag;
  return std::ranges::all_of(block.lines, [tag](const Line& line) { return line.tag == tag; }) ? tag : -1;
}

/// Joins the parts of a heading that were taken for several blocks.
void join_headings(Page& page) {
  std::vector<Block> blocks;
  blocks.reserve(page.blocks.size());
  for (auto& block : page.blocks) {
    const auto tag = shared_tag(block);
    if (tag >= 0 && is_plain_text(block.kind) && !blocks.empty() && is_plain_text(blocks.back().kind) &&
        shared_tag(blocks.back()) == tag && is_heading(tag_of(block.lines.front(), page)) &&
        blocks.back().lines.size() + block.lines.size() <= most_lines) {
      auto& last = blocks.back();
      last.box = united(last.box, block.box);
      last.kind = block.kind == BlockKind::heading ? block.kind : last.kind;
      std::ranges::move(block.lines, std::back_inserter(last.lines));
    } else {
      blocks.push_back(std::move(block));
    }
  }
  page.blocks = std::move(blocks);
}

bool may_be_heading(const Block& block) {
  std::size_t words = 0;
  bool is_worded = false;
  for (const auto& line : block.lines) {
    words += line.words.size();
    for (const auto& word : line.words) {
      is_worded = is_worded || has_letter(word.text);
    }
  }
  return is_worded && words <= most_words && block.lines.size() <= most_lines;
}

void make_heading(Block& block, const Tag& tag) {
  if (!may_be_heading(block)) {
    return;
  }
  block.tagged = tag.role == Role::title ? std::int8_t{0} : static_cast<std::int8_t>(tag.level);
  block.level = 0;
  block.marker.clear();
  if (block.kind != BlockKind::heading) {
    block.kind = BlockKind::paragraph;
  }
}

void make_item(Block& block) {
  const auto& first = block.lines.front().words.front().text;
  const auto readings = read_marker(first);
  if (block.kind != BlockKind::paragraph || first.starts_with('[')) {
    return;
  }
  block.kind = BlockKind::list_item;
  block.marker = readings.empty() ? "-" : marker_text(readings.front(), first);
}

void take_from_edge(Block& block, const Page& page) {
  std::size_t words = 0;
  for (const auto& line : block.lines) {
    words += line.words.size();
  }
  if (words > most_edge_words) {
    return;
  }
  if (block.box.y1 < edge_share * page.height) {
    block.kind = BlockKind::page_header;
  } else if (block.box.y0 > (1 - edge_share) * page.height) {
    block.kind = BlockKind::page_footer;
  } else {
    return;
  }
  block.level = 0;
  block.marker.clear();
}

}  // namespace

void mark_tagged(Page& page) {
  if (page.tags.empty()) {
    return;
  }
  const auto tally = count(page);
  if (tally.is_sane()) {
    cut_blocks(page);
    join_headings(page);
    std::set<std::int32_t> items;  // an item's second paragraph is no item
    for (auto& block : page.blocks) {
      const auto shared = shared_tag(block);
      if (shared < 0 || (!is_plain_text(block.kind) && block.kind != BlockKind::margin)) {
        continue;
      }
      const auto tag = tag_of(block.lines.front(), page);
      if (tag.role == Role::artifact) {
        take_from_edge(block, page);
      } else if (block.kind == BlockKind::margin) {
        continue;
      } else if (is_heading(tag)) {
        make_heading(block, tag);
      } else if (tag.role == Role::list_item && items.insert(shared).second && tally.has_sane_lists()) {
        make_item(block);
      } else if (tag.role == Role::code && block.kind == BlockKind::paragraph) {
        block.kind = BlockKind::code;
      } else if (tag.role == Role::caption && block.kind == BlockKind::paragraph) {
        block.kind = BlockKind::caption;
      }
    }
  }
  page.tags.clear();
}

}  // namespace docket::engine
