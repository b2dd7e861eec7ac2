// Gutters between columns: where they may be, and whether the text on their sides is to be read in columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/layout/pieces.h"

namespace docket::engine {

enum class BandKind : std::uint8_t {
  across,      ///< read row by row over the full width
  columns,     ///< read the left side, then the right
  note_left,   ///< running text on the right, a side note on the left
  note_right,  ///< the other way round
};

/// A part of a page between two full-width lines, or such lines themselves.
struct Band {
  BandKind kind = BandKind::across;
  Pieces left;  ///< everything, in an `across` band
  Pieces right;
  Pieces inserts;  ///< what stands across the gutter with the columns going on beside it: captions, quotes
};

/// How the pieces on both sides of a gutter, with nothing across it between them, are to be read.
BandKind judge_band(std::span<const Piece> left, std::span<const Piece> right) noexcept;

/// The bands of the gutter that puts most text into columns, from top to bottom; none if there is no gutter.
std::vector<Band> best_bands(std::span<const Piece> pieces);

}  // namespace docket::engine
