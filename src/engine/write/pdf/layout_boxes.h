// The boxes of a page's blocks as a PDF content stream.
#pragma once

#include <string>

#include "engine/model/document.h"

namespace docket::engine {

/// Appends the operators that draw the boxes of a page's blocks in reading order, coloured by kind, each with its
/// number in that order and its kind, in the points that place_page() takes. They lie askew as the page's text does.
/// Changes the matrix. `font` is the name, with its slash, of a resource with Helvetica.
void append_layout_boxes(std::string& out, const Page& page, const std::string& font);

}  // namespace docket::engine
