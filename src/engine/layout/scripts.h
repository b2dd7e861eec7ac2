// Superscripts and subscripts: small words that stand above or below their line, or beside it as a line of their own.
#pragma once

#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Marks superscripts and subscripts.
void mark_scripts(std::vector<Line>& lines);

}  // namespace docket::engine
