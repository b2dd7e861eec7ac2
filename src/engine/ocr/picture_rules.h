// Rules on the picture of a page: what was printed there as long thin lines.
#pragma once

#include <vector>

#include "engine/model/document.h"
#include "engine/model/pix.h"
#include "engine/ocr/tesseract.h"

namespace docket::engine {

/// The level and upright lines of a bitmap (1 bit a pixel, upright and level) that lies on the page as `frame` says, as
/// Page::rules; none where it is full of them, as a halftone is, or memory runs out. Takes some milliseconds.
std::vector<Box> picture_rules(Pix& bitmap, const PictureFrame& frame);

}  // namespace docket::engine
