#include "engine/unit_results.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "document/language_tag.h"
#include "engine/page_results.h"

namespace docket::engine {
namespace {

template <class File>
Result<wire::PageDone> write_page_to(const wire::UnitRequest& request, const LaidOut& done, std::string model,
                                     File& file) {
  wire::PageDone message;
  message.page.file = request.file;
  message.page.page = done.number;
  if (!done.page) {
    message.page.error = done.page.error().code;
    message.page.error_detail = done.page.error().detail;
    return message;
  }
  auto& sections = message.page.outputs.sections;
  auto block = std::move(model);
  if (!block.empty()) {
    sections.push_back({std::nullopt, Representation::raw, 0, block.size()});
  }
  const auto filename =
      request.file < request.filenames.size() ? std::string_view(request.filenames[request.file]) : std::string_view();
  for (const auto& rendering : render_page(*done.page, render_options(request), filename)) {
    sections.push_back({rendering.format, rendering.representation, block.size(), rendering.bytes.size()});
    block += rendering.bytes;
  }
  const auto begin = file.append(block);
  if (!begin) {
    return pass_on(begin);
  }
  for (auto& section : sections) {
    section.offset += *begin;
  }
  std::ranges::copy(done.pictures, std::back_inserter(sections));
  return message;
}

/// The sections of a file while it is written. Refers to the file.
class SectionIndex {
 public:
  explicit SectionIndex(const AppendStream& file) : file_(file) {}

  /// A section begins where the file ends, or, if it is the last one's, begins anew there.
  Result<void> begin(Format format, Representation representation) {
    if (!sections_.empty() && sections_.back().format == format && sections_.back().representation == representation) {
      sections_.back().offset = file_.position();
      return {};
    }
    close_last();
    sections_.push_back({format, representation, file_.position(), 0});
    return {};
  }

  /// All sections; the last one ends where the file does. Empties the index.
  std::vector<Section> end() {
    close_last();
    return std::exchange(sections_, {});
  }

 private:
  void close_last() noexcept {
    if (!sections_.empty()) {
      sections_.back().length = file_.position() - sections_.back().offset;
    }
  }

  const AppendStream& file_;
  std::vector<Section> sections_;
};

}  // namespace

RenderOptions render_options(const wire::UnitRequest& request) {
  return {.formats = request.options.formats,
          .page_separator = request.options.page_separator,
          .language = std::string(language_tag(request.options.languages))};
}

Result<wire::PageDone> write_page(const wire::UnitRequest& request, const LaidOut& page, std::string model,
                                  AppendFile& file) {
  return write_page_to(request, page, std::move(model), file);
}

Result<wire::PageDone> write_page(const wire::UnitRequest& request, const LaidOut& page, std::string model,
                                  AppendStream& file) {
  return write_page_to(request, page, std::move(model), file);
}

Result<AppendStream> results_file(int descriptor) {
  struct stat output {};
  if (::fstat(descriptor, &output) != 0) {
    return fail(ErrorCode::crashed, "the results have no file");
  }
  return AppendStream(descriptor, static_cast<std::uint64_t>(output.st_size));
}

Result<wire::Completed> write_document(const wire::UnitRequest& request, Assembly& assembly, PdfOutput* pdf,
                                       const ResolvedPages& pages, AppendStream& file) {
  SectionIndex index(file);
  const ByteSink sink = [&](std::string_view bytes) { return file.write(bytes); };
  auto written = assembly.write(
      pages, [&](Format format, Representation form) { return index.begin(format, form); }, sink);
  for (const auto format : {Format::pdf, Format::layout_pdf}) {
    if (written && pdf != nullptr && request.options.formats.has(format)) {
      written = pdf->write(
          format, pages, [&] { return index.begin(format, Representation::raw); }, sink);
    }
  }
  auto sections = index.end();
  return written.and_then([&] { return file.flush(); }).map([&] { return wire::Completed{std::move(sections)}; });
}

}  // namespace docket::engine
