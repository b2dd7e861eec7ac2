// Which images a PDF page shows.
#pragma once

#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

struct ImageDrawing;

/// Takes the images that are drawn while a page is interpreted, in that order, each as far as it is visible; stencils,
/// which are shapes to fill, left out. Of very many the first ones are told. Lives while one page is interpreted; keeps
/// nothing of Poppler's and decodes nothing.
class ImageCollector {
 public:
  /// `width` and `height` are the upright page's, in its units of `user_unit` points, as are the boxes.
  ImageCollector(float width, float height, double user_unit);

  void add(const ImageDrawing& drawing);

  /// Empties the collector.
  std::vector<Image> take();

 private:
  [[nodiscard]] std::uint16_t resolution(const ImageDrawing& drawing, const Box& box) const;

  Box page_;
  double user_unit_;
  std::vector<Image> images_;
};

}  // namespace docket::engine
