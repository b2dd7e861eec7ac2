// Figures that are drawn, not photographed: charts, diagrams, plots. Layout passes: pure functions on a page.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// What a drawing says: its labels, taken out of the running text.
struct Labels {
  std::size_t image = 0;  ///< index into Page::images of the drawing that they belong to
  std::vector<Line> lines;
};

/// Finds where curves and slanted lines stand close together with nothing but labels between, takes these places as
/// images, and their lines out of Page::lines; images, rules and fills that are parts of a drawing go with it. A
/// drawing with running text in it stays text. Time grows with the page's marks and with its area.
std::vector<Labels> take_drawings(Page& page);

/// Gives the figures their labels back, once they are blocks.
void put_labels(std::vector<Block>& blocks, std::vector<Labels> labels);

}  // namespace docket::engine
