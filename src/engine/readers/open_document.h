// The reader of each type of document, and what all of them need.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "document/media_type.h"
#include "engine/model/reader.h"

namespace docket::engine {

/// Opens a document of a known type; takes no ownership of `fd`, which is seekable and stays open while the reader
/// lives. The document is that of the chosen pages, see choose_pages(). Errors: encrypted, wrong_password, corrupt,
/// no_pages, too_many_pages, bad_option, unsupported_type.
Result<std::unique_ptr<DocumentReader>> open_document(int fd, MediaType type, const ReadOptions& options);

/// Loads what every child will need into this process, to be inherited copy-on-write: Poppler's tables and fonts, and
/// the models of `languages` ("" loads none). Called in the fork server before it forks; may be called again for other
/// languages. An error names the language without a model.
Result<void> warm_readers(const std::string& languages);

/// Folders that readers may open files in lazily (fonts, CMaps, models); the sandbox lets these be read.
std::vector<std::string> reader_folders();

}  // namespace docket::engine
