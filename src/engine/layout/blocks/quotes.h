// Quotations: paragraphs that are set narrower than the text around them on both sides, or stand beside a bar.
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Makes quotations of paragraphs below others that are set in from these on both sides, or stand beside a bar.
void mark_quotes(Page& page);

}  // namespace docket::engine
