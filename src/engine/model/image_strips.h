// Pictures that a file keeps in parts.
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Makes `image` a part of `whole`, which becomes as large as both.
void join(Image& whole, const Image& image) noexcept;

/// Makes `image` a part of `whole` if it is the next strip of one picture: as wide and right above or below it, or as
/// high and right beside it. Programs that make PDFs cut pictures so.
bool join_strip(Image& whole, const Image& image) noexcept;

}  // namespace docket::engine
