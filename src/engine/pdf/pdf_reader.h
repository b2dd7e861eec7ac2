// PDF documents, read with Poppler.
#pragma once

#include <memory>

#include "engine/model/reader.h"

namespace docket::engine {

/// Opens the PDF behind `fd` (seekable; a duplicate is kept; its position is not used, but changed). Errors:
/// encrypted, wrong_password, corrupt, no_pages.
Result<std::unique_ptr<DocumentReader>> open_pdf(int fd, const ReadOptions& options);

}  // namespace docket::engine
