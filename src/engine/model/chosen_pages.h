// A document of which only some pages are wanted.
#pragma once

#include <memory>

#include "engine/model/reader.h"

namespace docket::engine {

/// The pages of `document` that `options.pages` chooses, as a document of these: read() and classify() count them from
/// 1 on, and Page::number tells the number in the document. Errors: bad_option if the document has none of these pages;
/// too_many_pages if there are more than `options.max_pages`.
Result<std::unique_ptr<DocumentReader>> choose_pages(std::unique_ptr<DocumentReader> document,
                                                     const ReadOptions& options);

}  // namespace docket::engine
