#include "engine/model/document.h"

#include <algorithm>

#include "base/utf8.h"

namespace docket::engine {

Box united(const Box& a, const Box& b) noexcept {
  return {std::min(a.x0, b.x0), std::min(a.y0, b.y0), std::max(a.x1, b.x1), std::max(a.y1, b.y1)};
}

Box intersection(const Box& a, const Box& b) noexcept {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

bool holds_middle(const Box& outer, const Box& inner) noexcept {
  const float x = middle_x(inner);
  const float y = middle_y(inner);
  return x >= outer.x0 && x <= outer.x1 && y >= outer.y0 && y <= outer.y1;
}

double area(const Box& box) noexcept {
  return std::max(0.0F, box.width()) * static_cast<double>(std::max(0.0F, box.height()));
}

bool has_letters(const Cell& cell) noexcept {
  return std::ranges::any_of(cell.lines, [](const Line& line) {
    return std::ranges::any_of(line.words, [](const Word& word) { return has_letter(word.text); });
  });
}

}  // namespace docket::engine
