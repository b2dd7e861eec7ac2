// How much memory the units of long documents need: hardly more than those of short ones. The limit is the real one
// (docket_memory_limit), that of a child's address space beyond what it has from its server.
#include <fcntl.h>

#include <algorithm>
#include <atomic>

#include "engine/engine_fixture.h"

namespace docket::engine::test {
namespace {

#ifndef __SANITIZE_ADDRESS__  // whose shadow takes terabytes of address space: there is no such limit

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t plenty = 1024 * mebibyte;

/// What a long document may need of what a short one does: whoever opens it has its table of objects.
constexpr std::uint64_t multiple_for_reading = 4;
constexpr std::uint64_t multiple_for_assembly = 3;
/// Less than this is what allocators happen to have at hand.
constexpr std::uint64_t least_need = 3 * mebibyte;

constexpr std::uint32_t short_pages = 20;
constexpr std::uint32_t pages_per_range = 20;

class EngineMemory : public EngineTest {
 protected:
  /// A PDF and, once they were read, its pages' models.
  struct Document {
    explicit Document(const std::string& bytes) : length(bytes.size()), file(file_of(bytes)), pages(empty_file()) {}

    std::uint64_t length;  ///< readers map it: it takes address space, but no memory of its own
    Fd file;
    Fd pages;
    std::vector<wire::PageIndex> index;
  };

  static wire::UnitRequest asked_for(UnitKind kind, FormatSet formats, std::uint64_t memory) {
    auto asked = request(kind);
    asked.options.formats = formats;
    asked.limits.memory = memory;
    return asked;
  }

  /// Whether a range of pages can be read within `memory`. Says what became of each page; on any thread.
  bool read(const Document& document, PageRange pages, FormatSet formats, std::uint64_t memory,
            std::vector<PageRecord>& done) {
    auto asked = asked_for(UnitKind::range, formats, memory);
    asked.first_page = pages.first;
    asked.last_page = pages.last;
    EngineClient::Files files;
    files.input = Fd(::dup(document.file.get()));
    // A descriptor of its own, as each process that opens the file has.
    files.pages =
        Fd(::open(("/proc/self/fd/" + std::to_string(document.pages.get())).c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
    const UnitEvents events{.probed = {}, .page = [&](PageRecord page) { done.push_back(std::move(page)); }};
    const auto end = client().run(asked, std::move(files), {.pages = true, .seq = 1, .attempt = 1}, events, {});
    return std::get_if<ended::RangeDone>(&end) != nullptr;
  }

  /// Reads all pages in ranges, each within `memory`, two at a time. Returns how many ranges could not be.
  std::uint32_t read_all(Document& document, std::uint32_t count, FormatSet formats, std::uint64_t memory) {
    std::atomic<std::uint32_t> next{1};
    std::atomic<std::uint32_t> failed{0};
    const auto work = [&] {
      std::vector<PageRecord> done;
      for (auto first = next.fetch_add(pages_per_range); first <= count; first = next.fetch_add(pages_per_range)) {
        const auto last = std::min(first + pages_per_range - 1, count);
        failed += read(document, {first, last}, formats, memory, done) ? 0 : 1;
      }
      return done;
    };
    auto other = std::async(std::launch::async, work);
    auto done = work();
    std::ranges::move(other.get(), std::back_inserter(done));
    for (const auto& page : done) {
      const auto& model = page.outputs.sections.at(0);
      document.index.push_back({.file = 0, .page = page.page, .offset = model.offset, .length = model.length});
    }
    std::ranges::sort(document.index, {}, &wire::PageIndex::page);
    return failed;
  }

  /// The length of all that is assembled of the pages; nothing where `memory` is not enough for that.
  std::optional<std::uint64_t> assemble(const Document& document, FormatSet formats, std::uint64_t memory) {
    auto asked = asked_for(UnitKind::assemble, formats, memory);
    asked.index = document.index;
    EngineClient::Files files;
    files.input = Fd(::dup(document.pages.get()));
    files.output = empty_file();
    if (needs_documents(formats)) {
      asked.types = {MediaType::pdf};
      files.documents.push_back(Fd(::dup(document.file.get())));
    }
    const auto end = client().run(asked, std::move(files), {.pages = false, .seq = 1, .attempt = 1}, {}, {});
    const auto* completed = std::get_if<ended::Completed>(&end);
    if (completed == nullptr) {
      return std::nullopt;
    }
    std::uint64_t length = 0;
    for (const auto& section : completed->outputs.sections) {
      length += section.length;
    }
    return length;
  }

  /// The least, in whole mebibytes, with which `works` is true.
  template <class Works>
  static std::uint64_t need(const Works& works) {
    std::uint64_t too_little = 0;
    std::uint64_t enough = plenty / mebibyte;
    while (enough - too_little > 1) {
      const auto middle = (enough + too_little) / 2;
      (works(middle * mebibyte) ? enough : too_little) = middle;
    }
    return std::max(enough * mebibyte, least_need);
  }

  std::uint64_t allowed_for_reading(const Document& document, FormatSet formats) {
    return multiple_for_reading * need([&](std::uint64_t memory) {
             std::vector<PageRecord> done;
             return read(document, {1, pages_per_range}, formats, memory, done);
           });
  }

  std::uint64_t allowed_for_assembly(const Document& document, FormatSet formats) {
    return multiple_for_assembly *
           need([&](std::uint64_t memory) { return assemble(document, formats, memory).has_value(); });
  }

  static FormatSet only(Format format) {
    FormatSet formats;
    formats.add(format);
    return formats;
  }
};

TEST_F(EngineMemory, TwoThousandPagesFitIntoWhatTwentyNeed) {
  constexpr std::uint32_t pages = 2000;
  const auto read_as = only(Format::markdown);
  Document brief(report_pdf(short_pages));
  Document report(report_pdf(pages));
  ASSERT_EQ(read_all(report, pages, read_as, report.length + allowed_for_reading(brief, read_as)), 0U);
  ASSERT_EQ(report.index.size(), pages);
  ASSERT_EQ(read_all(brief, short_pages, read_as, plenty), 0U);

  // Each of them is longer than the memory that it may take, but the list of images, which has none.
  for (const auto format : {Format::markdown, Format::text, Format::json, Format::hocr, Format::markdown_det,
                            Format::html, Format::images, Format::pdf}) {
    const auto memory = allowed_for_assembly(brief, only(format));
    const auto length = assemble(report, only(format), memory);
    EXPECT_TRUE(length) << info(format).name << " within " << memory / mebibyte << " MiB";
    if (format != Format::images) {
      EXPECT_GT(length.value_or(memory + 1), memory) << info(format).name << " would fit as a whole";
    }
  }
  // qpdf keeps every object of a document that it writes again, though no page's contents.
  EXPECT_TRUE(assemble(report, only(Format::layout_pdf), pages * 32 * 1024));
}

TEST_F(EngineMemory, PicturesOnEveryPageAreNotKept) {
  constexpr std::uint32_t pages = 200;
  FormatSet formats = only(Format::markdown);
  formats.add(Format::images);
  Document brief(report_pdf(short_pages, true));
  Document report(report_pdf(pages, true));
  ASSERT_EQ(read_all(report, pages, formats, report.length + allowed_for_reading(brief, formats)), 0U);
  ASSERT_EQ(read_all(brief, short_pages, formats, plenty), 0U);
  EXPECT_TRUE(assemble(report, formats, allowed_for_assembly(brief, formats)));
}

#endif

}  // namespace
}  // namespace docket::engine::test
