// PDF documents, read with Poppler.
#pragma once

#include <memory>

#include "engine/reader.h"

namespace docket::engine {

/// Opens the PDF behind `fd` (seekable; its position is neither used nor changed; a duplicate is kept). Errors:
/// encrypted, wrong_password, corrupt, no_pages, too_many_pages.
Result<std::unique_ptr<DocumentReader>> open_pdf(int fd, const ReadOptions& options);

}  // namespace docket::engine
