#include "engine/pdf/pdf_page_size.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace docket::engine {

double user_unit(PDFDoc& document, ::Page& source) {
  constexpr double smallest = 0.01;
  constexpr double largest = 75'000;  // what Acrobat takes
  const auto page = document.getXRef()->fetch(source.getRef());
  const auto unit = page.isDict() ? page.dictLookup("UserUnit") : Object(objNull);
  return unit.isNum() && unit.getNum() >= smallest && unit.getNum() <= largest ? unit.getNum() : 1;
}

void scale(Page& page, float unit) {
  const auto scaled = [unit](const Box& box) {
    return Box{box.x0 * unit, box.y0 * unit, box.x1 * unit, box.y1 * unit};
  };
  page.width *= unit;
  page.height *= unit;
  std::ranges::transform(page.rules, page.rules.begin(), scaled);
  std::ranges::transform(page.fills, page.fills.begin(), scaled);
  std::ranges::transform(page.shapes, page.shapes.begin(), scaled);
  for (auto& image : page.images) {
    image.box = scaled(image.box);
  }
  const auto scale_lines = [&](std::vector<Line>& lines) {
    for (auto& line : lines) {
      line.box = scaled(line.box);
      line.baseline *= unit;
      for (auto& word : line.words) {
        word.box = scaled(word.box);
        word.size *= unit;
      }
    }
  };
  scale_lines(page.lines);
  for (auto& block : page.hidden) {
    block.box = scaled(block.box);
    scale_lines(block.lines);
  }
}

std::optional<Surroundings> surroundings(const ::Page& source) {
  constexpr double noticeable = 1;
  const auto& sheet = *source.getMediaBox();
  const auto& page = *source.getCropBox();
  // From the page's edges to the sheet's: left, below, right, above (Poppler sees to it that none is negative).
  const std::array<double, 4> margins{page.x1 - sheet.x1, page.y1 - sheet.y1, sheet.x2 - page.x2, sheet.y2 - page.y2};
  if (!std::ranges::all_of(margins, [](double margin) { return std::isfinite(margin); }) ||
      std::ranges::none_of(margins, [](double margin) { return margin > noticeable; })) {
    return std::nullopt;
  }
  // Turned clockwise, what was left is above.
  const auto turns = static_cast<std::size_t>((source.getRotate() / 90 % 4 + 4) % 4);
  const auto margin = [&](std::size_t side) { return static_cast<float>(margins[(side + turns) % 4]); };
  const bool sideways = turns % 2 != 0;
  const auto width = static_cast<float>(sideways ? source.getMediaHeight() : source.getMediaWidth());
  const auto height = static_cast<float>(sideways ? source.getMediaWidth() : source.getMediaHeight());
  return Surroundings{width, height, {margin(0), margin(3), width - margin(2), height - margin(1)}};
}

}  // namespace docket::engine
