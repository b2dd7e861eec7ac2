#include "engine/write/pdf/pdf_output.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "engine/model/page_rotation.h"
#include "engine/write/page_source.h"
#include "engine/write/pdf/pdf_builder.h"

namespace docket::engine {

PdfOutput::PdfOutput(std::vector<SourceFile> files, const ReadOptions& options)
    : files_(std::move(files)), options_(options) {
  options_.ocr = OcrMode::off;  // what was to be recognised has been
}

void PdfOutput::add(const Page& page) {
  const auto shown = whole_as_shown(page);
  const PageNote note{.index = count_++,
                      .width = shown.width(),
                      .height = shown.height(),
                      .has_layer = has_recognised_words(page),
                      .is_replaced = page.source == Source::recognised};
  notes_.insert_or_assign(std::pair(page.file, page.number), note);
  if (note.has_layer) {
    codes_.add(page);
  }
}

/// Whether the only file is a PDF whose text is its own.
bool PdfOutput::is_original() const {
  return files_.size() == 1 && files_.front().type == MediaType::pdf && options_.pages.is_all() &&
         std::ranges::none_of(notes_, [](const auto& entry) { return entry.second.has_layer; });
}

Result<void> PdfOutput::copy_original(const ByteSink& sink) const {
  std::array<char, std::size_t{64} * 1024> buffer{};
  for (off_t at = 0;;) {
    const auto size = ::pread(files_.front().descriptor, buffer.data(), buffer.size(), at);
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return fail_errno("pread", errno);
    }
    if (size == 0) {
      return {};
    }
    at += size;
    if (auto taken = sink({buffer.data(), static_cast<std::size_t>(size)}); !taken) {
      return taken;
    }
  }
}

Result<void> PdfOutput::write(Format format, const ResolvedPages& pages, const Begin& begin, const ByteSink& sink) {
  if (auto begun = begin(); !begun) {
    return begun;
  }
  if (format == Format::pdf && is_original()) {
    return copy_original(sink);
  }
  const PdfPlan plan{.format = format, .files = files_, .options = options_, .notes = notes_, .codes = codes_};
  bool sink_failed = false;
  const auto watched = [&](std::string_view bytes) {
    auto taken = sink(bytes);
    sink_failed = sink_failed || !taken;
    return taken;
  };
  auto built = build_pdf(plan, PdfPages::originals, pages, watched);
  if (built || sink_failed) {
    return built;
  }
  // What readers can draw may still be beyond a writer's repair: then pages are pictures of the original ones.
  return begin().and_then([&] { return build_pdf(plan, PdfPages::pictures, pages, watched); });
}

}  // namespace docket::engine
