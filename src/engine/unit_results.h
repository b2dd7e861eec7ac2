// The results of a unit, as they are written to its output.
#pragma once

#include <string>

#include "base/error.h"
#include "engine/assembly.h"
#include "engine/model/append_file.h"
#include "engine/render_options.h"
#include "engine/unit_pages.h"
#include "engine/write/page_source.h"
#include "engine/write/pdf/pdf_output.h"
#include "protocol/wire.h"

namespace docket::engine {

/// What the unit's request says of results.
RenderOptions render_options(const wire::UnitRequest& request);

/// Writes a resolved page's results behind `model` (its own, or nothing). What there is to tell then: that, or that the
/// page was given up.
Result<wire::PageDone> write_page(const wire::UnitRequest& request, const LaidOut& page, std::string model,
                                  AppendFile& file);
Result<wire::PageDone> write_page(const wire::UnitRequest& request, const LaidOut& page, std::string model,
                                  AppendStream& file);

/// The output, to which is appended at its end. Takes no ownership of the descriptor.
Result<AppendStream> results_file(int descriptor);

/// Writes the final results, and all that was written to `file` before. `pdf` where the documents are needed for them.
Result<wire::Completed> write_document(const wire::UnitRequest& request, Assembly& assembly, PdfOutput* pdf,
                                       const ResolvedPages& pages, AppendStream& file);

}  // namespace docket::engine
