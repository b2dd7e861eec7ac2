#include "engine/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "document/image_name.h"
#include "engine/model/append_file.h"
#include "engine/write/page_pictures.h"
#include "engine/write/pdf/pdf_output.h"
#include "engine/plan.h"
#include "engine/model/reader.h"
#include "engine/model/rendering.h"
#include "protocol/seqpacket.h"

namespace docket::engine {
namespace {

// A model longer than this is none: a page of words has some hundred kilobytes.
constexpr std::uint64_t longest_model = std::uint64_t{1} << 30;

/// Tells the worker's thread, several things at once. There is nothing left to do where nobody listens.
void say(int socket, std::span<const wire::ChildMessage> messages) {
  for (const auto& packet : wire::pack(messages)) {
    if (!send_packet(socket, packet)) {
      ::_exit(wire::exit_worker_gone);
    }
  }
}

void say(int socket, const wire::ChildMessage& message) {
  say(socket, std::span(&message, 1));
}

RenderOptions render_options(const wire::UnitRequest& request) {
  return {
      .formats = request.options.formats, .job_id = request.job_id, .page_separator = request.options.page_separator};
}

/// A page that was read, or why it could not be.
struct LaidOut {
  std::uint32_t number = 0;
  Result<Page> page;
  std::vector<Section> pictures;  ///< those that are written already
};

/// One unit in the hands of its child.
class UnitWork {
 public:
  UnitWork(const wire::UnitRequest& request, const UnitDescriptors& descriptors)
      : request_(request), descriptors_(descriptors), render_options_(render_options(request)) {}

  Result<void> probe();
  Result<void> range();
  Result<void> assemble();

 private:
  [[nodiscard]] ReadOptions read_options() const;
  Result<std::unique_ptr<DocumentReader>> open() const;
  Result<LaidOut> lay_out_page(DocumentReader& reader, std::uint32_t number, Result<Page> read, AppendFile& file) const;
  Result<std::vector<LaidOut>> read_document(DocumentReader& reader, std::vector<PageClass> classes,
                                             AppendFile& file) const;
  template <class File>
  Result<wire::PageDone> write_page(const LaidOut& page, std::string model, File& file) const;
  Result<void> write_for_assembly(LaidOut done, AppendFile& file) const;
  Result<void> finish_document(std::vector<LaidOut> pages);
  Result<void> write_pictures(DocumentReader& reader, std::uint32_t number, Page& page, AppendFile& file,
                              std::vector<Section>& sections) const;
  [[nodiscard]] std::optional<PdfOutput> pdf_output(std::vector<SourceFile> files) const;
  [[nodiscard]] Result<AppendStream> results_file() const;
  Result<wire::Completed> finish(Assembly& assembly, PdfOutput* pdf, const Assembly::ResolvedPages& pages,
                                 AppendStream& file);
  Result<Page> read_model(const wire::PageIndex& entry) const;

  const wire::UnitRequest& request_;
  const UnitDescriptors descriptors_;
  const RenderOptions render_options_;
};

ReadOptions UnitWork::read_options() const {
  return {.ocr = request_.options.ocr,
          .languages = request_.options.languages,
          .dpi = request_.options.dpi,
          .max_pixels = request_.limits.max_pixels,
          .max_pages = request_.limits.max_pages,
          .pages = request_.options.pages,
          .password = request_.password};
}

Result<std::unique_ptr<DocumentReader>> UnitWork::open() const {
  return open_document(descriptors_.input, request_.type, read_options());
}

/// Writes the page's pictures that are asked for, each on its own: together they may be large. Names the figures that
/// could be taken out.
Result<void> UnitWork::write_pictures(DocumentReader& reader, std::uint32_t number, Page& page, AppendFile& file,
                                      std::vector<Section>& sections) const {
  const auto write = [&](Format format, const std::string& bytes) -> Result<void> {
    return file.append(bytes).map([&](std::uint64_t begin) {
      sections.push_back({format, Form::raw, begin, bytes.size()});
    });
  };
  const auto formats = request_.options.formats;
  if (formats.has(Format::images)) {
    ImageName name{.file = std::nullopt, .page = number, .index = 0};
    if (request_.filenames.size() > 1) {
      name.file = request_.file;
    }
    for (auto& image : page.images) {
      const auto png = picture_of(reader, number, page, image, request_.limits.max_pixels);
      if (png.empty()) {
        continue;
      }
      if (auto written = write(Format::images, png); !written) {
        return written;
      }
      image.name = name.text();
      ++name.index;
    }
  }
  if (formats.has(Format::png)) {
    const auto png = preview_of(reader, number, page);
    return png.empty() ? Result<void>{} : write(Format::png, png);
  }
  return {};
}

/// Lays out a page that was read and writes its pictures. What is wrong with the page itself is not an error here: it
/// is told where its turn comes, and the others go on.
Result<LaidOut> UnitWork::lay_out_page(DocumentReader& reader, std::uint32_t number, Result<Page> read,
                                       AppendFile& file) const {
  LaidOut done{.number = number, .page = {}, .pictures = {}};
  if (!read) {
    done.page = tl::unexpected(std::move(read.error()));
    return done;
  }
  auto page = lay_out(std::move(*read));
  page.file = request_.file;
  auto written = write_pictures(reader, number, page, file, done.pictures);
  if (!written) {
    return tl::unexpected(std::move(written.error()));
  }
  done.page = std::move(page);
  return done;
}

/// Writes a resolved page's results behind `model` (its own, or nothing). What there is to tell then: that, or that the
/// page was given up.
template <class File>
Result<wire::PageDone> UnitWork::write_page(const LaidOut& done, std::string model, File& file) const {
  wire::PageDone message;
  message.page.file = request_.file;
  message.page.page = done.number;
  if (!done.page) {
    message.page.error = done.page.error().code;
    message.page.error_detail = done.page.error().detail;
    return message;
  }
  auto& sections = message.page.outputs.sections;
  auto block = std::move(model);
  if (!block.empty()) {
    sections.push_back({std::nullopt, Form::raw, 0, block.size()});
  }
  for (const auto& rendering : render_page(*done.page, render_options_)) {
    sections.push_back({rendering.format, rendering.form, block.size(), rendering.bytes.size()});
    block += rendering.bytes;
  }
  const auto begin = file.append(block);
  if (!begin) {
    return tl::unexpected(begin.error());
  }
  for (auto& section : sections) {
    section.offset += *begin;
  }
  std::ranges::copy(done.pictures, std::back_inserter(sections));
  return message;
}

/// Writes a page of which the whole is put together later: with its model, its results as it sees itself.
Result<void> UnitWork::write_for_assembly(LaidOut done, AppendFile& file) const {
  std::string model;
  if (done.page) {
    model = encode_page(*done.page);
    done.page = resolve_alone(std::move(*done.page));
  }
  return write_page(done, std::move(model), file).map([this](const wire::PageDone& message) {
    say(descriptors_.unit, message);
  });
}

/// Reads a small document and tells that its pages come. None come where one of several must be recognised: then the
/// work is divided instead, and that was told.
Result<std::vector<LaidOut>> UnitWork::read_document(DocumentReader& reader, std::vector<PageClass> classes,
                                                     AppendFile& file) const {
  const auto total = static_cast<std::uint32_t>(classes.size());
  const bool is_one_page = total == 1;
  if (is_one_page) {  // whatever it takes
    say(descriptors_.unit, wire::Probed{total, {}});
  }
  std::vector<LaidOut> pages;
  pages.reserve(total);
  for (std::uint32_t number = 1; number <= total; ++number) {
    Result<std::optional<Page>> read = is_one_page ? reader.read(number) : reader.read_text(number);
    if (read && !*read) {
      say(descriptors_.unit,
          wire::Probed{total, plan_ranges(look_closer(reader, std::move(classes), number), wire::max_ranges)});
      return std::vector<LaidOut>();
    }
    auto page = std::move(read).map([](std::optional<Page>&& text) { return std::move(text).value(); });
    auto done = lay_out_page(reader, number, std::move(page), file);
    if (!done) {
      return tl::unexpected(std::move(done.error()));
    }
    pages.push_back(std::move(*done));
  }
  if (!is_one_page) {
    say(descriptors_.unit, wire::Probed{total, {}});
  }
  return pages;
}

/// Writes a small document that is its job's only one, whole: nothing of it counts before all is there, so all is told
/// at once.
Result<void> UnitWork::finish_document(std::vector<LaidOut> pages) {
  auto file = results_file();
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  Assembly assembly(render_options_, request_.filenames);
  auto pdf = pdf_output({{descriptors_.input, request_.type}});
  std::vector<const Page*> good;
  for (const auto& [number, page, pictures] : pages) {
    if (page) {
      good.push_back(&*page);
      assembly.add(*page);
      if (pdf) {
        pdf->add(*page);
      }
    }
  }
  std::vector<wire::ChildMessage> told;
  for (auto& done : pages) {
    if (done.page) {
      assembly.resolve(*done.page);
    }
    auto written = write_page(done, {}, *file);
    if (!written) {
      return tl::unexpected(std::move(written.error()));
    }
    told.emplace_back(std::move(*written));
  }
  if (good.empty()) {
    told.emplace_back(wire::RangeDone{});
  } else {
    auto completed = finish(
        assembly, pdf ? &*pdf : nullptr, [&](std::size_t index) -> Result<const Page*> { return good[index]; }, *file);
    if (!completed) {
      return tl::unexpected(std::move(completed.error()));
    }
    told.emplace_back(std::move(*completed));
  }
  say(descriptors_.unit, told);
  return {};
}

/// The output, to be gone on with at its end.
Result<AppendStream> UnitWork::results_file() const {
  struct stat output {};
  if (::fstat(descriptors_.output, &output) != 0) {
    return fail(ErrorCode::crashed, "the results have no file");
  }
  return AppendStream(descriptors_.output, static_cast<std::uint64_t>(output.st_size));
}

/// Writes the final results, and all that was written to `file` before. `pdf` where the documents are needed for them.
Result<wire::Completed> UnitWork::finish(Assembly& assembly, PdfOutput* pdf, const Assembly::ResolvedPages& pages,
                                         AppendStream& file) {
  std::vector<Section> sections;
  const auto end_section = [&] {
    if (!sections.empty()) {
      sections.back().length = file.position() - sections.back().offset;
    }
  };
  const auto begin = [&](Format format, Form form) -> Result<void> {
    if (!sections.empty() && sections.back().format == format && sections.back().form == form) {
      sections.back().offset = file.position();  // once more, from the start
      return {};
    }
    end_section();
    sections.push_back({format, form, file.position(), 0});
    return {};
  };
  const Assembly::Sink sink = [&](std::string_view bytes) { return file.write(bytes); };
  auto written = assembly.write(pages, begin, sink);
  for (const auto format : {Format::pdf, Format::layout_pdf}) {
    if (written && pdf != nullptr && request_.options.formats.has(format)) {
      written = pdf->write(
          format, pages, [&] { return begin(format, Form::raw); }, sink);
    }
  }
  end_section();
  return written.and_then([&] { return file.flush(); }).map([&] { return wire::Completed{std::move(sections)}; });
}

Result<void> UnitWork::probe() {
  auto reader = open();
  if (!reader) {
    return tl::unexpected(std::move(reader.error()));
  }
  auto classes = classify_pages(**reader, request_.options.ocr);
  const auto total = static_cast<std::uint32_t>(classes.size());
  // A second try reads no page: it divides the work, so that what went wrong costs one.
  const bool may_read = request_.may_finish || request_.may_do_pages;
  if (!may_read || !is_small(classes)) {
    if (may_read && request_.options.ocr == OcrMode::automatic) {
      classes = look_at_samples(**reader, std::move(classes));
    }
    say(descriptors_.unit, wire::Probed{total, plan_ranges(classes, wire::max_ranges)});
    return {};
  }
  AppendFile file(request_.may_finish ? descriptors_.output : descriptors_.pages);
  auto pages = read_document(**reader, std::move(classes), file);
  if (!pages) {
    return tl::unexpected(std::move(pages.error()));
  }
  if (pages->empty()) {
    return {};
  }
  if (request_.may_finish) {
    return finish_document(std::move(*pages));
  }
  for (auto& page : *pages) {
    if (auto written = write_for_assembly(std::move(page), file); !written) {
      return written;
    }
  }
  say(descriptors_.unit, wire::RangeDone{});
  return {};
}

/// What puts the PDFs together; nothing where none are asked for.
std::optional<PdfOutput> UnitWork::pdf_output(std::vector<SourceFile> files) const {
  if (!needs_documents(request_.options.formats)) {
    return std::nullopt;
  }
  return PdfOutput(std::move(files), read_options());
}

Result<void> UnitWork::range() {
  auto reader = open();
  if (!reader) {
    return tl::unexpected(std::move(reader.error()));
  }
  AppendFile file(descriptors_.pages);
  for (auto number = request_.first_page; number <= request_.last_page; ++number) {
    auto done = lay_out_page(**reader, number, (*reader)->read(number), file).and_then([&](LaidOut&& page) {
      return write_for_assembly(std::move(page), file);
    });
    if (!done) {
      return done;
    }
  }
  say(descriptors_.unit, wire::RangeDone{});
  return {};
}

Result<Page> UnitWork::read_model(const wire::PageIndex& entry) const {
  const auto unreadable = [&] {
    return fail(ErrorCode::crashed, "what was read of page " + std::to_string(entry.page) + " cannot be read again");
  };
  if (entry.length > longest_model) {
    return unreadable();
  }
  std::string bytes(entry.length, '\0');
  for (std::size_t have = 0; have < bytes.size();) {
    const auto size =
        ::pread(descriptors_.input, bytes.data() + have, bytes.size() - have, static_cast<off_t>(entry.offset + have));
    if (size == 0 || (size < 0 && errno != EINTR)) {
      return unreadable();
    }
    have += size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  auto page = decode_page(bytes);
  if (!page) {
    return unreadable();
  }
  return page;
}

Result<void> UnitWork::assemble() {
  auto index = request_.index;
  std::erase_if(index, [](const wire::PageIndex& entry) { return entry.length == 0; });
  const auto files = request_.types.size();
  if (descriptors_.documents.size() != files) {
    return fail(ErrorCode::bad_option, "A PDF can be made of no more than " + std::to_string(wire::max_documents) +
                                           " files, and these are " + std::to_string(files) + ".");
  }
  std::vector<SourceFile> documents;
  for (std::size_t file = 0; file < files; ++file) {
    documents.push_back({descriptors_.documents[file], request_.types[file]});
  }
  Assembly assembly(render_options_, request_.filenames);
  auto pdf = pdf_output(std::move(documents));
  for (const auto& entry : index) {
    auto page = read_model(entry);
    if (!page) {
      return tl::unexpected(std::move(page.error()));
    }
    assembly.add(*page);
    if (pdf) {
      pdf->add(*page);
    }
  }
  auto file = results_file();
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  const auto resolved = assembly.resolved([&](std::size_t at) { return read_model(index[at]); });
  return finish(assembly, pdf ? &*pdf : nullptr, resolved, *file).map([this](const wire::Completed& completed) {
    say(descriptors_.unit, completed);
  });
}

}  // namespace

int run_unit(const wire::UnitRequest& request, const UnitDescriptors& descriptors) {
  UnitWork unit(request, descriptors);
  Result<void> done;
  switch (request.kind) {
    case UnitKind::probe:
      done = unit.probe();
      break;
    case UnitKind::range:
      done = unit.range();
      break;
    case UnitKind::assemble:
      done = unit.assemble();
      break;
  }
  if (!done) {
    say(descriptors.unit, wire::Refused{std::move(done.error())});
  }
  return 0;
}

}  // namespace docket::engine
