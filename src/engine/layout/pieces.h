// Lines as far as the reading order is concerned: boxes with how much text they have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

struct Piece {
  std::uint32_t line = 0;  ///< index of the line it stands for
  Box box;
  float baseline = 0;
  float size = 0;           ///< points, at least 1
  std::uint32_t chars = 0;  ///< letters; a wide character counts as two

  /// Where it stands from top to bottom: the middle of its box, or of its first row where an initial or a bracket makes
  /// the box much higher than the text is.
  [[nodiscard]] float middle() const noexcept {
    return box.height() > 1.9F * size ? box.y0 + size / 2 : (box.y0 + box.y1) / 2;
  }
};

/// In the order of their middles, from top to bottom.
using Pieces = std::vector<Piece>;

Pieces pieces_of(std::span<const Line> lines);

/// The box around all of `pieces`, of which there is one at least.
Box extent(std::span<const Piece> pieces) noexcept;

std::uint64_t piece_chars(std::span<const Piece> pieces) noexcept;

/// Whether two pieces stand beside each other on one row.
bool same_row(const Piece& a, const Piece& b) noexcept;

std::size_t count_rows(std::span<const Piece> pieces) noexcept;

/// The mean font size of the characters, at least 1.
float mean_size(std::span<const Piece> pieces) noexcept;

}  // namespace docket::engine
