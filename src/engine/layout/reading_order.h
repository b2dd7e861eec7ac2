// Reading order: the page is cut at gutters, recursively, as in the XY-cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Where a region is: in the running text, or at the page's edge (running header, footer, side note).
enum class Zone : std::uint8_t { body = 0, margin = 1 };

/// A part of a page in which text runs from top to bottom: a column, or a part of full width.
struct Region {
  Zone zone = Zone::body;
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

}  // namespace docket::engine
