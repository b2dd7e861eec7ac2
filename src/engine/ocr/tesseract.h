// Recognition of pictures with Tesseract's LSTM models.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/model/document.h"
#include "engine/model/pix.h"

namespace docket::engine {

/// Where a picture lies on its upright page: the corner (px, py) of its pixels, counted from its top left, is at
/// (x0 + px · x_scale, y0 + py · y_scale) points.
struct PictureFrame {
  float x0 = 0;
  float y0 = 0;
  float x_scale = 1;
  float y_scale = 1;
};

/// Tesseract refuses pictures with a side of more pixels.
inline constexpr int max_picture_side = 32767;

/// Tesseract tells letters from paper better by colours than by grays, at four times the memory: pictures of more
/// pixels are made gray.
inline constexpr std::uint64_t most_colour_pixels = 25'000'000;

/// Loads the models of `languages` ("deu+eng") into this process, for good; a second time it does nothing.
/// bad_option names the language without a model; io a model that cannot be read.
Result<void> load_languages(const std::string& languages);

/// What was recognised in a picture as it stands.
struct RecognisedText {
  std::vector<Line> lines;      ///< in Tesseract's reading order, group = number of the paragraph
  std::size_t characters = 0;   ///< of all words, in bytes
  float confidence = 0;         ///< 0 … 100, the mean over these; 0 if there are none
  int quarters_to_upright = 0;  ///< clockwise: how most of them would stand upright, as far as Tesseract noticed
};

/// How a picture is divided into lines.
enum class Segmentation : std::uint8_t {
  columns,  ///< into columns, blocks, pictures and rules: any page
  block     ///< into lines from edge to edge: what has one column, or rows that belong together across gaps
};

/// Recognises a picture of 1, 8 or 32 bits a pixel, of which the resolution is set or 0 (then Tesseract estimates it).
/// No lines at all for an empty picture. Loads the languages if need be; errors as there. On the process's only thread.
Result<RecognisedText> recognise(Pix& picture, const PictureFrame& frame, const std::string& languages,
                                 Segmentation segmentation = Segmentation::columns);

}  // namespace docket::engine
