#include "engine/unit.h"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/assembly.h"
#include "engine/model/append_file.h"
#include "engine/model/page_codec.h"
#include "engine/model/reader.h"
#include "engine/page_results.h"
#include "engine/plan.h"
#include "engine/readers/open_document.h"
#include "engine/unit_pages.h"
#include "engine/unit_results.h"
#include "engine/write/page_source.h"
#include "engine/write/pdf/pdf_output.h"
#include "protocol/seqpacket.h"

namespace docket::engine {
namespace {

// A longer model is not valid: a page of words has some hundred kilobytes.
constexpr std::uint64_t longest_model = std::uint64_t{1} << 30;

/// Sends the worker's thread several messages at once. Without a receiver there is nothing left to do.
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

/// Says what ends the unit, and ends the child: the kernel takes its memory back faster than destructors would give it,
/// and whoever sees the child alive knows that its work is not done.
[[noreturn]] void say_last(int socket, std::span<const wire::ChildMessage> messages) {
  say(socket, messages);
  ::_exit(0);
}

[[noreturn]] void say_last(int socket, const wire::ChildMessage& message) {
  say_last(socket, std::span(&message, 1));
}

/// One unit in the hands of its child. Each of the three ends with say_last(), or with the error that is to be said.
class UnitWork {
 public:
  UnitWork(const wire::UnitRequest& request, const UnitDescriptors& descriptors)
      : request_(request), descriptors_(descriptors), render_options_(render_options(request)) {}

  Result<void> probe();
  Result<void> range();
  Result<void> assemble();

 private:
  Result<std::unique_ptr<DocumentReader>> open() const;
  Result<std::vector<LaidOut>> read_document(DocumentReader& reader, std::vector<PageClass> classes,
                                             AppendFile& file) const;
  Result<void> write_for_assembly(LaidOut done, AppendFile& file) const;
  Result<void> finish_document(std::vector<LaidOut> pages);
  [[nodiscard]] std::optional<PdfOutput> pdf_output(std::vector<SourceFile> files) const;
  Result<Page> read_model(const wire::PageIndex& entry) const;

  const wire::UnitRequest& request_;
  const UnitDescriptors descriptors_;
  const RenderOptions render_options_;
};

Result<std::unique_ptr<DocumentReader>> UnitWork::open() const {
  return open_document(descriptors_.input, request_.type, read_options(request_));
}

/// Writes a page of which the whole is put together later: with its model, its results as it sees itself.
Result<void> UnitWork::write_for_assembly(LaidOut done, AppendFile& file) const {
  std::string model;
  if (done.page) {
    model = encode_page(*done.page);
    done.page = resolve_alone(std::move(*done.page));
  }
  return write_page(request_, done, std::move(model), file).map([this](const wire::PageDone& message) {
    say(descriptors_.unit, message);
  });
}

/// Reads a small document and tells that its pages come. Where one of several must be recognised the work is divided
/// instead, and the unit ends here.
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
      say_last(descriptors_.unit,
               wire::Probed{total, plan_ranges(look_closer(reader, std::move(classes), number), wire::max_ranges)});
    }
    auto page = std::move(read).map([](std::optional<Page>&& text) { return std::move(text).value(); });
    auto done = lay_out_page(request_, reader, number, std::move(page), file);
    if (!done) {
      return pass_on(done);
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
  auto file = results_file(descriptors_.output);
  if (!file) {
    return pass_on(file);
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
    auto written = write_page(request_, done, {}, *file);
    if (!written) {
      return pass_on(written);
    }
    told.emplace_back(std::move(*written));
  }
  if (good.empty()) {
    told.emplace_back(wire::RangeDone{});
  } else {
    auto completed = write_document(
        request_, assembly, pdf ? &*pdf : nullptr,
        [&](std::size_t index) -> Result<const Page*> { return good[index]; }, *file);
    if (!completed) {
      return pass_on(completed);
    }
    told.emplace_back(std::move(*completed));
  }
  say_last(descriptors_.unit, told);
}

Result<void> UnitWork::probe() {
  auto reader = open();
  if (!reader) {
    return pass_on(reader);
  }
  auto classes = classify_pages(**reader, request_.options.ocr);
  const auto total = static_cast<std::uint32_t>(classes.size());
  if (request_.survey) {
    if (request_.options.ocr == OcrMode::automatic) {
      classes = look_at_samples(**reader, std::move(classes));
    }
    say_last(descriptors_.unit, wire::Probed{total, scanned_ranges(classes, wire::max_ranges)});
  }
  // A second try reads no page: it divides the work, so that what went wrong costs one.
  const bool may_read = request_.may_finish || request_.may_do_pages;
  if (!may_read || !is_small(classes)) {
    if (may_read && request_.options.ocr == OcrMode::automatic) {
      classes = look_at_samples(**reader, std::move(classes));
    }
    say_last(descriptors_.unit, wire::Probed{total, plan_ranges(classes, wire::max_ranges)});
  }
  AppendFile file(request_.may_finish ? descriptors_.output : descriptors_.pages);
  auto pages = read_document(**reader, std::move(classes), file);
  if (!pages) {
    return pass_on(pages);
  }
  if (request_.may_finish) {
    return finish_document(std::move(*pages));
  }
  for (auto& page : *pages) {
    if (auto written = write_for_assembly(std::move(page), file); !written) {
      return written;
    }
  }
  say_last(descriptors_.unit, wire::RangeDone{});
}

/// What puts the PDFs together; nothing where none are asked for.
std::optional<PdfOutput> UnitWork::pdf_output(std::vector<SourceFile> files) const {
  if (!needs_documents(request_.options.formats)) {
    return std::nullopt;
  }
  return PdfOutput(std::move(files), read_options(request_));
}

Result<void> UnitWork::range() {
  auto reader = open();
  if (!reader) {
    return pass_on(reader);
  }
  AppendFile file(descriptors_.pages);
  for (auto number = request_.first_page; number <= request_.last_page; ++number) {
    auto done = lay_out_page(request_, **reader, number, (*reader)->read(number), file).and_then([&](LaidOut&& page) {
      return write_for_assembly(std::move(page), file);
    });
    if (!done) {
      return done;
    }
  }
  say_last(descriptors_.unit, wire::RangeDone{});
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
      return pass_on(page);
    }
    assembly.add(*page);
    if (pdf) {
      pdf->add(*page);
    }
  }
  auto file = results_file(descriptors_.output);
  if (!file) {
    return pass_on(file);
  }
  const auto resolved = assembly.resolved([&](std::size_t at) { return read_model(index[at]); });
  auto completed = write_document(request_, assembly, pdf ? &*pdf : nullptr, resolved, *file);
  if (!completed) {
    return pass_on(completed);
  }
  say_last(descriptors_.unit, *completed);
}

}  // namespace

[[noreturn]] void run_unit(const wire::UnitRequest& request, const UnitDescriptors& descriptors) {
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
    case UnitKind::run:
      done = fail(ErrorCode::bad_option, "the engine does documents only");
      break;
  }
  say_last(descriptors.unit, wire::Refused{std::move(done.error())});
}

}  // namespace docket::engine
