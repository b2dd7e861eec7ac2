// Where images lie on a PDF page.
#pragma once

#include <optional>

#include "engine/model/document.h"

class GfxState;

namespace docket::engine {

/// An image's unit square on the page: y runs downwards there, upwards in the image.
struct Placement {
  Box box;
  std::optional<int> quarter_turns;  ///< nothing: askew, mirrored or degenerate
};

/// Where the image that is drawn in `state` lies; nothing where its matrix is not finite.
std::optional<Placement> place_image(const GfxState& state);

/// What bounds that which is drawn in `state`.
Box clip_of(const GfxState& state);

}  // namespace docket::engine
