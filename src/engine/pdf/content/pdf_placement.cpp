#include "engine/pdf/content/pdf_placement.h"

#include <GfxState.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace docket::engine {
namespace {

Placement place(const std::array<double, 6>& m) {
  Placement placement;
  const auto [x_low, x_high] = std::minmax({0.0, m[0], m[2], m[0] + m[2]});
  const auto [y_low, y_high] = std::minmax({0.0, m[1], m[3], m[1] + m[3]});
  placement.box = {static_cast<float>(m[4] + x_low), static_cast<float>(m[5] + y_low),
                   static_cast<float>(m[4] + x_high), static_cast<float>(m[5] + y_high)};
  const auto straight = std::abs(m[0]) + std::abs(m[3]);
  const auto crossed = std::abs(m[1]) + std::abs(m[2]);
  constexpr double askew = 0.002;  // a pixel in 500: less than what deskewing leaves
  if (crossed <= askew * straight) {
    if (m[0] > 0 && m[3] < 0) {
      placement.quarter_turns = 0;
    } else if (m[0] < 0 && m[3] > 0) {
      placement.quarter_turns = 2;
    }
  } else if (straight <= askew * crossed) {
    if (m[1] > 0 && m[2] > 0) {
      placement.quarter_turns = 1;
    } else if (m[1] < 0 && m[2] < 0) {
      placement.quarter_turns = 3;
    }
  }
  return placement;
}

}  // namespace

std::optional<Placement> place_image(const GfxState& state) {
  std::array<double, 6> matrix{};
  std::copy_n(state.getCTM(), matrix.size(), matrix.begin());
  if (!std::all_of(matrix.begin(), matrix.end(), [](double value) { return std::isfinite(value); })) {
    return std::nullopt;
  }
  return place(matrix);
}

Box clip_of(const GfxState& state) {
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  state.getClipBBox(&x0, &y0, &x1, &y1);
  return {static_cast<float>(x0), static_cast<float>(y0), static_cast<float>(x1), static_cast<float>(y1)};
}

}  // namespace docket::engine
