// How large a page is, and the sheet that it lies on.
#pragma once

#include <PDFDoc.h>

#include <optional>

#include "engine/model/document.h"
#include "engine/pdf/text/pdf_text_layer.h"

namespace docket::engine {

/// Points a unit of the page (ISO 32000-1, table 30, UserUnit); Poppler takes no notice of it.
double user_unit(PDFDoc& document, ::Page& source);

/// From units of the page to points.
void scale(Page& page, float unit);

/// The sheet around a page, where it is noticeably larger than the page.
std::optional<Surroundings> surroundings(const ::Page& source);

}  // namespace docket::engine
