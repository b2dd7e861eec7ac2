// Which images a PDF page shows.
#pragma once

#include <vector>

#include "engine/document.h"

class PDFDoc;

namespace docket::engine {

/// The images that page `page` (1-based) draws, in that order, each as far as it is visible; stencils, which are shapes
/// to fill, left out. `width` and `height` are the upright page's, in its units, as are the boxes. Interprets the page
/// without decoding anything; of very many images the first ones are told.
std::vector<Image> find_images(PDFDoc& document, int page, double width, double height, double user_unit);

}  // namespace docket::engine
