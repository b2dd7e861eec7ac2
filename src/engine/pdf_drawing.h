// The lines and areas that a PDF page draws, of all its paths.
#pragma once

#include <vector>

#include "engine/document.h"

class GfxState;

namespace docket::engine {

/// Takes the paths that are painted while a page is interpreted, one by one. What is not a straight line along the page
/// or an upright rectangle, or has the colour of paper, leaves nothing. Lives while one page is interpreted; keeps
/// nothing of Poppler's.
class PathCollector {
 public:
  void stroke(GfxState& state);
  void fill(GfxState& state);

  /// In points, clipped to the page of `width` and `height`; pieces of one line joined. Both empty the collector.
  std::vector<Box> take_rules(float width, float height);
  std::vector<Box> take_fills(float width, float height);

 private:
  [[nodiscard]] bool is_full() const noexcept;
  void add_rule(const GfxState& state, Box box);
  void add_area(const GfxState& state, const Box& box);

  std::vector<Box> rules_;
  std::vector<Box> fills_;
};

}  // namespace docket::engine
