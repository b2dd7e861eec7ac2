#include "engine/layout/digest/heading_levels.h"

#include <algorithm>

namespace docket::engine {
namespace {

constexpr NamedBy other(NamedBy by) noexcept {
  return by == NamedBy::outline ? NamedBy::tags : NamedBy::outline;
}

}  // namespace

std::optional<std::size_t> depth_of(const Block& block, NamedBy by) noexcept {
  const auto depth = by == NamedBy::outline ? block.outline : block.tagged;
  if (depth < 0) {
    return std::nullopt;
  }
  return std::min<std::size_t>(static_cast<std::uint8_t>(depth), named_depths - 1);
}

std::int8_t HeadingLevels::level_of(const HeadingStyle& style) const {
  const auto found = levels.find(style);
  return found == levels.end() ? std::int8_t{0} : found->second;
}

std::int8_t HeadingLevels::level_of(const Block& block, const Page& page) const {
  const auto style = heading_style(block, page);
  const auto by_style = level_of(style);
  const auto named = [&](NamedBy by) { return believed[index_of(by)] ? depth_of(block, by) : std::nullopt; };
  if (const auto depth = named(first); depth) {
    const bool is_title = title && *title == style;
    return by_style > 0 && (is_title || !depth_tells_level) ? by_style : depth_levels[*depth];
  }
  if (by_style == 0 && named(other(first))) {
    return usual_level;
  }
  return block.kind == BlockKind::heading || named(other(first)) ? by_style : std::int8_t{0};
}

void resolve_headings(Page& page, const HeadingLevels& levels) {
  for (auto& block : page.blocks) {
    if (block.kind == BlockKind::heading ||
        (block.kind == BlockKind::paragraph && (block.outline >= 0 || block.tagged >= 0))) {
      block.level = levels.level_of(block, page);
      block.kind = block.level == 0 ? BlockKind::paragraph : BlockKind::heading;
    }
  }
}

}  // namespace docket::engine
