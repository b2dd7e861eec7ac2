// How pages come to what writes a whole document, and how its bytes leave.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/error.h"
#include "engine/model/document.h"

namespace docket::engine {

/// Gives page `index` (0-based) of a document with what the whole document tells of it. The page is good until the next
/// call; an error ends what is being written with it.
using ResolvedPages = std::function<Result<const Page*>(std::size_t index)>;

/// Takes the next bytes of what is being written.
using ByteSink = std::function<Result<void>(std::string_view bytes)>;

}  // namespace docket::engine
