// A picture's samples as PDF has them.
#pragma once

#include <leptonica/allheaders.h>

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/pix.h"

namespace docket::engine {

/// A picture of 1, 8 or 32 bits a pixel, row by row: gray of 1 or 8 bits with 0 for black, or red, green, blue; rows
/// begin at a byte. Refers to the picture.
class PixRows {
 public:
  explicit PixRows(Pix& pix) noexcept : pix_(pix), depth_(pixGetDepth(&pix)) {}

  [[nodiscard]] int width() const noexcept { return pixGetWidth(&pix_); }
  [[nodiscard]] int height() const noexcept { return pixGetHeight(&pix_); }
  [[nodiscard]] int components() const noexcept { return depth_ == 32 ? 3 : 1; }
  [[nodiscard]] int bits() const noexcept { return depth_ == 1 ? 1 : 8; }

  /// Calls `take` with each row, from the top.
  template <class Take>
  void each(const Take& take) const {
    const auto columns = static_cast<std::size_t>(width());
    std::vector<unsigned char> row(depth_ == 32 ? 3 * columns : depth_ == 1 ? (columns + 7) / 8 : columns);
    for (int y = 0; y < height(); ++y) {
      const l_uint32* const from = pixGetData(&pix_) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(&pix_);
      fill(row, from);
      take(std::span<const unsigned char>(row));
    }
  }

 private:
  void fill(std::vector<unsigned char>& row, const l_uint32* from) const {
    if (depth_ == 32) {
      for (std::size_t x = 0; x < row.size() / 3; ++x) {
        row[3 * x] = static_cast<unsigned char>(from[x] >> L_RED_SHIFT & 0xFFU);
        row[3 * x + 1] = static_cast<unsigned char>(from[x] >> L_GREEN_SHIFT & 0xFFU);
        row[3 * x + 2] = static_cast<unsigned char>(from[x] >> L_BLUE_SHIFT & 0xFFU);
      }
      return;
    }
    for (std::size_t at = 0; at < row.size(); ++at) {
      const auto byte = static_cast<unsigned char>(GET_DATA_BYTE(from, at));
      row[at] = depth_ == 1 ? static_cast<unsigned char>(~byte) : byte;  // Leptonica's black is 1
    }
  }

  Pix& pix_;
  int depth_;
};

}  // namespace docket::engine
