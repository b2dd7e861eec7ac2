// The lines and areas that a PDF page draws, of all its paths.
#pragma once

#include <vector>

#include "engine/model/document.h"

class GfxState;
class GfxSubpath;

namespace docket::engine {

/// Takes the paths that are painted while a page is interpreted, one by one: as straight lines along the page, upright
/// rectangles, or the boxes of other shapes. What has the colour of paper leaves nothing. Lives while one page is
/// interpreted; keeps nothing of Poppler's.
class PathCollector {
 public:
  void stroke(GfxState& state);
  void fill(GfxState& state);

  /// In points, clipped to the page of `width` and `height`; pieces of one line joined. They empty the collector.
  std::vector<Box> take_rules(float width, float height);
  std::vector<Box> take_fills(float width, float height);
  std::vector<Box> take_shapes(float width, float height);

 private:
  [[nodiscard]] bool is_full() const noexcept;
  void add_rule(const GfxState& state, Box box);
  void add_area(const GfxState& state, const Box& box);
  void add_shape(const GfxState& state, const GfxSubpath& path);

  std::vector<Box> rules_;
  std::vector<Box> fills_;
  std::vector<Box> shapes_;
};

}  // namespace docket::engine
