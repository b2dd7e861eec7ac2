#include "engine/model/page_rotation.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace docket::engine {
namespace {

Box with_turned_middle(const Box& box, float degrees, Point middle) noexcept {
  if (degrees == 0) {
    return box;
  }
  const Point from{(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2};
  const auto to = turned_point(from, degrees, middle);
  const float x = to.x - from.x;
  const float y = to.y - from.y;
  return {box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y};
}

}  // namespace

Point turned_point(Point point, float degrees, Point middle) noexcept {
  const float angle = degrees * std::numbers::pi_v<float> / 180;
  const float x = point.x - middle.x;
  const float y = point.y - middle.y;
  // y runs downwards: what is clockwise to the eye is so in the formula.
  return {middle.x + x * std::cos(angle) - y * std::sin(angle), middle.y + x * std::sin(angle) + y * std::cos(angle)};
}

Box turned_box(const Box& box, int quarter_turns, float width, float height) noexcept {
  switch (quarter_turns) {
    case 1:
      return {height - box.y1, box.x0, height - box.y0, box.x1};
    case 2:
      return {width - box.x1, height - box.y1, width - box.x0, height - box.y0};
    case 3:
      return {box.y0, width - box.x1, box.y1, width - box.x0};
    default:
      return box;
  }
}

void turn(Page& page, int quarter_turns, float skew) {
  if (quarter_turns == 0 && skew == 0) {
    return;
  }
  const float width = page.width;
  const float height = page.height;
  if (quarter_turns % 2 != 0) {
    std::swap(page.width, page.height);
  }
  const Point middle{page.width / 2, page.height / 2};
  const auto apply = [&](Box& box) {
    box = with_turned_middle(turned_box(box, quarter_turns, width, height), skew, middle);
  };
  for (auto& line : page.lines) {
    for (auto& word : line.words) {
      apply(word.box);
    }
    // Letters that now stand on their sides have no baseline; the box's edge is used instead.
    const float descent = line.box.y1 - line.baseline;
    apply(line.box);
    line.baseline = line.box.y1 - (quarter_turns == 0 ? descent : 0);
  }
  for (auto& image : page.images) {
    apply(image.box);
  }
  for (auto* const boxes : {&page.rules, &page.fills, &page.shapes}) {
    for (auto& box : *boxes) {
      apply(box);
    }
  }
  page.quarter_turns = static_cast<std::uint8_t>(quarter_turns);
  page.skew = skew;
}

Box whole_as_shown(const Page& page) noexcept {
  return page.quarter_turns % 2 != 0 ? Box{0, 0, page.height, page.width} : Box{0, 0, page.width, page.height};
}

Box box_askew(const Page& page, const Box& box) noexcept {
  return with_turned_middle(box, -page.skew, {page.width / 2, page.height / 2});
}

Box box_as_shown(const Page& page, const Box& box) noexcept {
  return turned_box(box_askew(page, box), (4 - page.quarter_turns) % 4, page.width, page.height);
}

}  // namespace docket::engine
