#include "engine/layout/blocks/lists.h"

#include <algorithm>
#include <cmath>

#include "engine/text/list_marker.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr std::size_t max_depth = 8;

/// One level of the list that is open: where its markers stand and what they look like.
struct OpenLevel {
  float x0 = 0;
  ListMarker marker;
};

/// The reading of an item's first word that goes on the series of an open level, or else the likeliest.
ListMarker marker_of(const Block& item, const std::vector<OpenLevel>& open) {
  const auto readings = read_marker(item.lines.front().words.front().text);
  for (const auto& reading : readings) {
    const auto continues = [&](const OpenLevel& level) {
      return reading.same_series(level.marker) && (!reading.is_number() || reading.value == level.marker.value + 1);
    };
    if (std::ranges::any_of(open, continues)) {
      return reading;
    }
  }
  return readings.empty() ? ListMarker{} : readings.front();
}

/// Finds the level of an item whose marker stands at `x0`, and leaves it as the last of `open`.
void enter_level(std::vector<OpenLevel>& open, float x0, float em, const ListMarker& marker) {
  // Another column: the item that goes on a series keeps its level, wherever it stands now.
  const auto level = std::ranges::find_if(open, [&](const OpenLevel& one) { return one.marker.same_series(marker); });
  if (level != open.end() && std::abs(level->x0 - x0) > 10 * em) {
    const float shift = x0 - level->x0;
    for (auto& one : open) {
      one.x0 += shift;
    }
  }
  while (!open.empty() && open.back().x0 > x0 + 0.5F * em) {
    open.pop_back();
  }
  if ((open.empty() || x0 > open.back().x0 + 0.5F * em) && open.size() < max_depth) {
    open.push_back({x0, marker});
  }
  open.back().marker = marker;
}

/// Takes the marker's bytes off the item's words.
void strip_marker(Block& item, std::size_t length) {
  auto& line = item.lines.front();
  auto& word = line.words.front();
  word.text.erase(0, length);
  if (word.text.empty()) {
    line.words.erase(line.words.begin());
  }
  if (line.words.empty()) {
    item.lines.erase(item.lines.begin());
  } else {
    line.box.x0 = line.words.front().box.x0;
  }
}

/// A side note that begins with a bullet is an item, too; what counts or hangs there may mean anything.
void make_item_of_note(Block& note) {
  const auto& word = note.lines.front().words.front().text;
  const auto readings = read_marker(word);
  if (!readings.empty() && readings.front().sure) {
    note.marker = marker_text(readings.front(), word);
    strip_marker(note, readings.front().length);
  }
}

}  // namespace

void make_lists(std::vector<Block>& blocks) {
  std::vector<OpenLevel> open;
  for (auto& block : blocks) {
    if (block.lines.empty() || block.lines.front().words.empty()) {
      continue;
    }
    if (block.kind == BlockKind::margin) {
      make_item_of_note(block);
    }
    if (is_marginal(block.kind)) {
      continue;
    }
    if (block.kind != BlockKind::list_item) {
      const bool is_inside = block.kind == BlockKind::paragraph && !open.empty() &&
                             block.box.x0 > open.front().x0 + 0.5F * size_of(block.lines.front().words.front());
      if (!is_inside) {
        open.clear();
      }
      continue;
    }
    const auto& first = block.lines.front().words.front();
    const auto marker = marker_of(block, open);
    enter_level(open, first.box.x0, std::max(size_of(first), 1.0F), marker);
    block.level = static_cast<std::int8_t>(open.size() - 1);
    strip_marker(block, marker.length);
  }
  std::erase_if(blocks, [](const Block& block) { return !block.marker.empty() && block.lines.empty(); });
}

}  // namespace docket::engine
