// Images as documents: PNG and JPEG are one page, TIFF may be many.
#pragma once

#include <memory>

#include "engine/reader.h"

namespace docket::engine {

/// Opens an image behind `fd`, which may be closed afterwards. Errors: corrupt, no_pages, too_many_pages.
Result<std::unique_ptr<DocumentReader>> open_image(int fd, MediaType type, const ReadOptions& options);

}  // namespace docket::engine
