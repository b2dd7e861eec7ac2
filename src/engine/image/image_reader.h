// Images as documents: each is one page, a TIFF may be many. Of an animation (GIF, WebP) the first frame is read: the
// others show the same thing moved.
#pragma once

#include <memory>

#include "document/media_type.h"
#include "engine/model/reader.h"

namespace docket::engine {

/// Opens an image behind `fd`, which may be closed afterwards. Error: corrupt.
Result<std::unique_ptr<DocumentReader>> open_image(int fd, MediaType type, const ReadOptions& options);

}  // namespace docket::engine
