// Pictures of PDF pages for recognition.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "engine/model/pix.h"
#include "engine/ocr/tesseract.h"
#include "engine/pdf/pdf_survey.h"

class PDFDoc;

namespace docket::engine {

/// A picture, 1, 8 or 32 bits deep, and where it lies on its page. Its resolution is set.
struct Picture {
  PixPtr pix;
  PictureFrame frame;
  std::uint16_t dpi = 0;
};

struct RenderRequest {
  double width = 0;  ///< of the upright page, in its units
  double height = 0;
  double user_unit = 1;  ///< points a unit; frames are in units, resolutions and limits true
  std::uint16_t dpi = 300;
  std::uint64_t max_pixels = 0;
  bool without_text = false;  ///< leave out what the text layer tells already
};

/// Renders a page (1-based) in 256 grays at `dpi`, or at less where it would have more than `max_pixels` pixels or be
/// larger than Tesseract takes. too_many_pixels if even 72 dpi are too many; corrupt if it cannot be drawn.
Result<Picture> render_page(PDFDoc& document, int page, const RenderRequest& request);

/// Draws a part of a page (1-based) in colours, `dots` to 72 of the page's units; the box is in units of the upright
/// page. Nothing if it cannot be drawn. The caller sees to it that the picture is not too large.
PixPtr draw_part(PDFDoc& document, int page, const Box& part, double dots);

/// What is done with a scan of few pixels, which rendering makes smooth.
enum class Coarse : std::uint8_t { refused, taken };

/// Decodes the image that makes up a page, as it is, and turns it upright. Nothing in `pix` if it cannot be taken so
/// (its resolution is unusual, its data are broken …): then the page is to be rendered.
Picture take_scan(PDFDoc& document, int page, const EmbeddedScan& scan, const RenderRequest& request,
                  Coarse coarse = Coarse::refused);

}  // namespace docket::engine
