#include "engine/model/image_strips.h"

#include <algorithm>
#include <cmath>

namespace docket::engine {
namespace {

constexpr float touching = 1.5F;  // points between what is one picture

bool close_to(float a, float b) noexcept {
  return std::abs(a - b) <= touching;
}

}  // namespace

void join(Image& whole, const Image& image) noexcept {
  whole.box = united(whole.box, image.box);
  whole.dpi = std::max(whole.dpi, image.dpi);
  whole.identity = whole.identity == 0 || image.identity == 0 ? 0 : whole.identity * 31 + image.identity;
}

bool join_strip(Image& whole, const Image& image) noexcept {
  const auto& a = whole.box;
  const auto& b = image.box;
  const bool stacked = close_to(a.x0, b.x0) && close_to(a.x1, b.x1) && (close_to(a.y1, b.y0) || close_to(a.y0, b.y1));
  const bool side_by_side =
      close_to(a.y0, b.y0) && close_to(a.y1, b.y1) && (close_to(a.x1, b.x0) || close_to(a.x0, b.x1));
  if (stacked || side_by_side) {
    join(whole, image);
  }
  return stacked || side_by_side;
}

}  // namespace docket::engine
