// Blocks of code: monospaced text, whose line breaks and columns are part of it.
#pragma once

#include <string>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Makes code of blocks that are set in a monospaced font; whether that means anything is told by the document.
void make_code(Page& page);

/// The document pass for code: in a typewritten document it is text as all the rest, in others neighbouring blocks are
/// one.
void resolve_code(Page& page, bool is_typewritten);

/// The lines of a block of code as they were typed: each with its indent and the columns its words stand in, told from
/// their places; empty lines where the distance says so.
std::vector<std::string> code_lines(const Block& block);

}  // namespace docket::engine
