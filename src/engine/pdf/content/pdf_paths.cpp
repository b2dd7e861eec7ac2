#include "engine/pdf/content/pdf_paths.h"

#include <GfxState.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/model/rules.h"
#include "engine/pdf/content/pdf_placement.h"

namespace docket::engine {
namespace {

/// So many pieces of lines and areas are looked at; a page with more is a drawing.
constexpr std::size_t most_pieces = 40'000;

struct Point {
  double x = 0;
  double y = 0;
};

Point on_page(const GfxState& state, const GfxSubpath& path, int index) {
  Point point;
  state.transform(path.getX(index), path.getY(index), &point.x, &point.y);
  return point;
}

bool is_finite(const Point& point) {
  constexpr double far = 1e6;
  return std::abs(point.x) < far && std::abs(point.y) < far;  // false for NaN, too
}

Box box_around(const Point& a, const Point& b) {
  return {static_cast<float>(std::min(a.x, b.x)), static_cast<float>(std::min(a.y, b.y)),
          static_cast<float>(std::max(a.x, b.x)), static_cast<float>(std::max(a.y, b.y))};
}

/// Whether the segment runs along one of the page's edges.
bool is_straight(const Point& a, const Point& b) {
  constexpr double askew = 0.7;  // points: pens that were not quite steady
  return std::abs(a.x - b.x) <= askew || std::abs(a.y - b.y) <= askew;
}

bool has_curve(const GfxSubpath& path) {
  for (int i = 0; i < path.getNumPoints(); ++i) {
    if (path.getCurve(i)) {
      return true;
    }
  }
  return false;
}

/// Whether most of the subpath's segments run neither up nor across.
bool is_slanted(const GfxState& state, const GfxSubpath& path) {
  int slanted = 0;
  for (int i = 1; i < path.getNumPoints(); ++i) {
    slanted += is_straight(on_page(state, path, i - 1), on_page(state, path, i)) ? 0 : 1;
  }
  return 2 * slanted >= path.getNumPoints() - 1 && slanted > 0;
}

/// Whether the only line that is stroked is as short as the ticks of an axis are.
bool is_tick(const GfxState& state, const GfxSubpath& path) {
  constexpr double shortest = 2;
  constexpr double longest = 8;
  if (path.getNumPoints() != 2) {
    return false;
  }
  const auto a = on_page(state, path, 0);
  const auto b = on_page(state, path, 1);
  const double length = std::abs(a.x - b.x) + std::abs(a.y - b.y);
  return is_straight(a, b) && length >= shortest && length <= longest;
}

/// The upright rectangle that a filled subpath is; nothing if it is another shape.
std::optional<Box> rectangle(const GfxState& state, const GfxSubpath& path) {
  const int count = path.getNumPoints();
  if (count < 4 || count > 6 || has_curve(path)) {
    return std::nullopt;
  }
  Box box;
  double area = 0;  // twice, by the shoelace formula
  Point before = on_page(state, path, count - 1);
  for (int i = 0; i < count; ++i) {
    const auto point = on_page(state, path, i);
    if (!is_finite(point) || !is_straight(before, point)) {
      return std::nullopt;
    }
    area += before.x * point.y - before.y * point.x;
    box = i == 0 ? box_around(point, point) : united(box, box_around(point, point));
    before = point;
  }
  // What goes round corners has straight sides as well, but leaves a part of its box free.
  const double whole = static_cast<double>(box.width()) * static_cast<double>(box.height());
  return std::abs(area) / 2 >= 0.9 * whole - 1 ? std::optional(box) : std::nullopt;
}

bool is_paper(const GfxRGB& color) {
  constexpr double nearly_white = 0.985;
  return std::min({colToDbl(color.r), colToDbl(color.g), colToDbl(color.b)}) >= nearly_white;
}

bool is_visible(const GfxColorSpace& space, const GfxRGB& color, double opacity) {
  constexpr double faint = 0.05;
  return opacity > faint && (space.getMode() == csPattern || !is_paper(color));
}

bool is_sound(const Box& box) {
  return box.x1 >= box.x0 && box.y1 >= box.y0;
}

void clip_to_page(std::vector<Box>& boxes, float width, float height) {
  for (auto& box : boxes) {
    box = {std::max(box.x0, 0.0F), std::max(box.y0, 0.0F), std::min(box.x1, width), std::min(box.y1, height)};
  }
  std::erase_if(boxes, [](const Box& box) { return !is_sound(box); });
}

}  // namespace

bool PathCollector::is_full() const noexcept {
  return rules_.size() + fills_.size() + shapes_.size() >= most_pieces;
}

void PathCollector::add_rule(const GfxState& state, Box box) {
  const auto seen = intersection(box, clip_of(state));
  if (is_sound(seen) && !is_full()) {
    rules_.push_back(seen);
  }
}

void PathCollector::add_area(const GfxState& state, const Box& box) {
  const auto seen = intersection(box, clip_of(state));
  if (!is_sound(seen) || is_full()) {
    return;
  }
  if (std::min(seen.width(), seen.height()) <= thickest_rule) {
    rules_.push_back(seen);
  } else {
    fills_.push_back(seen);
  }
}

void PathCollector::add_shape(const GfxState& state, const GfxSubpath& path) {
  std::optional<Box> box;
  for (int i = 0; i < path.getNumPoints(); ++i) {  // a curve lies between its control points
    const auto point = on_page(state, path, i);
    if (!is_finite(point)) {
      return;
    }
    box = box ? united(*box, box_around(point, point)) : box_around(point, point);
  }
  if (box && !is_full()) {
    if (const auto seen = intersection(*box, clip_of(state)); is_sound(seen)) {
      shapes_.push_back(seen);
    }
  }
}

void PathCollector::stroke(GfxState& state) {
  GfxRGB color{};
  if (state.getStrokeColorSpace()->getMode() != csPattern) {
    state.getStrokeRGB(&color);
  }
  if (is_full() || !is_visible(*state.getStrokeColorSpace(), color, state.getStrokeOpacity())) {
    return;
  }
  const auto width = static_cast<float>(state.getTransformedLineWidth());
  const float half = std::isfinite(width) ? std::clamp(width, 0.0F, 1000.0F) / 2 : 0;
  const auto* const path = state.getPath();
  if (path->getNumSubpaths() == 1 && is_tick(state, *path->getSubpath(0))) {
    add_shape(state, *path->getSubpath(0));
  }
  for (int i = 0; i < path->getNumSubpaths() && !is_full(); ++i) {
    const auto& part = *path->getSubpath(i);
    if (has_curve(part) || is_slanted(state, part)) {
      add_shape(state, part);
      continue;
    }
    const int count = part.getNumPoints();
    for (int k = 1; k < count; ++k) {
      const auto a = on_page(state, part, k - 1);
      const auto b = on_page(state, part, k);
      if (!is_finite(a) || !is_finite(b) || !is_straight(a, b)) {
        continue;
      }
      auto box = box_around(a, b);
      if (box.width() >= box.height()) {
        box.y0 -= half;
        box.y1 += half;
      } else {
        box.x0 -= half;
        box.x1 += half;
      }
      if (2 * half > thickest_rule) {
        add_area(state, box);
      } else {
        add_rule(state, box);
      }
    }
  }
}

void PathCollector::fill(GfxState& state) {
  GfxRGB color{};
  if (state.getFillColorSpace()->getMode() != csPattern) {
    state.getFillRGB(&color);
  }
  if (is_full() || !is_visible(*state.getFillColorSpace(), color, state.getFillOpacity())) {
    return;
  }
  const auto* const path = state.getPath();
  for (int i = 0; i < path->getNumSubpaths() && !is_full(); ++i) {
    if (const auto box = rectangle(state, *path->getSubpath(i)); box) {
      add_area(state, *box);
    } else {
      add_shape(state, *path->getSubpath(i));
    }
  }
}

std::vector<Box> PathCollector::take_rules(float width, float height) {
  clip_to_page(rules_, width, height);
  return joined_rules(std::exchange(rules_, {}));
}

std::vector<Box> PathCollector::take_fills(float width, float height) {
  clip_to_page(fills_, width, height);
  return joined_fills(std::exchange(fills_, {}));
}

std::vector<Box> PathCollector::take_shapes(float width, float height) {
  clip_to_page(shapes_, width, height);
  return std::exchange(shapes_, {});
}

}  // namespace docket::engine
