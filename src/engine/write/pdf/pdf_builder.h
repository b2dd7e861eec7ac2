// Puts PDFs together with qpdf. No exception of its leaves this file's functions, but std::bad_alloc.
#pragma once

#include <cstdint>
#include <span>

#include "engine/write/page_source.h"
#include "engine/write/pdf/pdf_output.h"

namespace docket::engine {

/// What is to be made. Refers to things that outlive it.
struct PdfPlan {
  Format format = Format::pdf;
  std::span<const SourceFile> files;
  const ReadOptions& options;
  const PageNotes& notes;
  const TextCodes& codes;
};

/// What PDFs' pages become: themselves, or pictures of themselves. Pages of other files are pictures always.
enum class PdfPages : std::uint8_t { originals, pictures };

/// Writes the document. Errors: the source's, the sink's; corrupt if a file cannot be taken over so.
Result<void> build_pdf(const PdfPlan& plan, PdfPages how, const ResolvedPages& pages, const ByteSink& sink);

}  // namespace docket::engine
