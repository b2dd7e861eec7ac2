// Heading levels where the file names headings and is believed: the depths of its outline or tags order what they name,
// and what they do not name keeps its place by size, weight and numbers among that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/layout/digest/heading_levels.h"

namespace docket::engine {

/// What is named, by depth.
struct NamedHeadings {
  std::array<std::uint32_t, named_depths> depths{};
  std::uint64_t chars = 0;

  [[nodiscard]] std::uint32_t count() const noexcept;
  /// The depth of most; nothing if they are less than half of `all`.
  [[nodiscard]] std::optional<std::size_t> depth(std::uint32_t all) const noexcept;
};

/// The candidates of a style, and those of them that are named.
struct HeadingCount {
  std::uint32_t candidates = 0;
  std::array<NamedHeadings, 2> named;  ///< by NamedBy

  [[nodiscard]] std::optional<std::size_t> depth(NamedBy by) const noexcept {
    return named[index_of(by)].depth(candidates);
  }
};

/// Counts of a document's heading candidates.
using HeadingCounts = std::map<HeadingStyle, HeadingCount>;

/// Orders the levels of `groups` of styles, the most important first, by the depths of what is named. `all_named` is
/// all that levels.first names.
void follow_depths(HeadingLevels& levels, std::span<const std::vector<HeadingStyle>> groups,
                   const HeadingCounts& counts, const NamedHeadings& all_named);

}  // namespace docket::engine
