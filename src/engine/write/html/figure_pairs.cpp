#include "engine/write/html/figure_pairs.h"

#include <algorithm>

#include "engine/write/image_name.h"

namespace docket::engine {
namespace {

bool is_caption(const Block& block) noexcept {
  return block.kind == BlockKind::caption && !block.lines.empty();
}

/// Whether a block is written that may have a caption.
bool takes_caption(const Block& block, const Page& page) noexcept {
  return (block.kind == BlockKind::table && !block.cells.empty()) ||
         (block.kind == BlockKind::figure && image_name(block, page) != nullptr);
}

/// How far two boxes are apart from top to bottom.
float gap(const Box& a, const Box& b) noexcept {
  return std::max({a.y0 - b.y1, b.y0 - a.y1, 0.0F});
}

}  // namespace

std::vector<bool> pair_captions(const Page& page) {
  const auto& blocks = page.blocks;
  std::vector<bool> pairs(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!is_caption(blocks[i])) {
      continue;
    }
    const bool before = i > 0 && takes_caption(blocks[i - 1], page) && !(i > 1 && pairs[i - 2]);
    const bool after = i + 1 < blocks.size() && takes_caption(blocks[i + 1], page);
    if (before && (!after || gap(blocks[i - 1].box, blocks[i].box) <= gap(blocks[i].box, blocks[i + 1].box))) {
      pairs[i - 1] = true;
    } else if (after) {
      pairs[i] = true;
    }
  }
  return pairs;
}

}  // namespace docket::engine
