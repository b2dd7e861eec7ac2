// Recognition of a page from its picture, whichever way up and however askew it is.
#pragma once

#include <string>

#include "base/error.h"
#include "engine/model/document.h"
#include "engine/model/pix.h"
#include "engine/ocr/tesseract.h"

namespace docket::engine {

/// Recognises `picture`, which lies on the page as `frame` says, and puts what it says into the page: Page::lines (with
/// those of a text layer that are there already, see merge_lines()), source, and, where its text does not stand
/// upright, everything turned (see page_rotation.h). The page has its size. Errors as of recognise().
Result<void> recognise_onto(Page& page, PixPtr picture, PictureFrame frame, const std::string& languages);

}  // namespace docket::engine
