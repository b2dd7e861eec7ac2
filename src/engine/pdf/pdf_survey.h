// What is drawn on a PDF page besides its text layer: is there a picture to recognise, and is it a plain scan?
#pragma once

#include <cstdint>
#include <optional>

#include "engine/model/document.h"

class PDFDoc;

namespace docket::engine {

/// One drawn image that makes up the picture of a page.
struct EmbeddedScan {
  std::uint32_t ordinal = 0;  ///< which of the page's drawn images, counted from 0 as they are drawn
  std::int32_t width = 0;     ///< pixels, as stored
  std::int32_t height = 0;
  int quarter_turns = 0;  ///< clockwise, to bring it upright on the upright page
  Box box;                ///< where it lies on the upright page, in points
};

struct PageSurvey {
  double image_share = 0;                ///< part of the page that images cover, 0 … 1
  std::uint32_t filled_shapes = 0;       ///< filled subpaths and shadings: drawn letters are many of these
  std::uint32_t visible_characters = 0;  ///< blanks not counted
  std::uint32_t other_marks = 0;         ///< strokes, fills and shadings on top of the scan, or beside it
  /// Set if the page's only image is drawn upright (or by quarter turns), unmasked, opaque and unclipped.
  std::optional<EmbeddedScan> scan;
};

/// Interprets page `page` (1-based) without drawing or decoding anything. `width` and `height` are the upright page's,
/// in points.
PageSurvey survey_page(PDFDoc& document, int page, double width, double height);

}  // namespace docket::engine
