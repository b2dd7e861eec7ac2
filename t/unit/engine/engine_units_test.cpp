// Units done by a real docket-engine.
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/engine_fixture.h"

namespace docket::engine::test {
namespace {

class EngineUnits : public EngineTest {};

TEST_F(EngineUnits, OnePageIsDoneWhole) {
  const auto done = run(request(UnitKind::probe), text_pdf(1));
  const auto* completed = done.as<ended::Completed>();
  ASSERT_NE(completed, nullptr) << done.error();
  EXPECT_EQ(completed->total_pages, 1U);
  EXPECT_EQ(completed->outputs.output_file, (OutputFile{.pages = false, .seq = 1, .attempt = 1}));
  EXPECT_EQ(completed->outputs.sections.size(), 4U);
  for (const auto format : {Format::markdown, Format::text}) {
    const auto text = done.text_of(completed->outputs.sections, format);
    EXPECT_NE(text.find("Page number 1"), std::string::npos) << text;
    EXPECT_NE(text.find("The quick brown fox"), std::string::npos) << text;
    const auto escaped = done.text_of(completed->outputs.sections, format, Representation::escaped);
    EXPECT_EQ(nlohmann::json::parse(escaped), text);
  }
  ASSERT_EQ(done.probed.size(), 1U);
  EXPECT_EQ(done.probed[0].total_pages, 1U);
  ASSERT_EQ(done.pages.size(), 1U);
  EXPECT_NE(done.text_of(done.pages[0].outputs.sections, Format::text).find("Page number 1"), std::string::npos);
}

TEST_F(EngineUnits, FewPagesOfTextAreDoneWholeAndInOrder) {
  const auto done = run(request(UnitKind::probe), text_pdf(32));
  const auto* completed = done.as<ended::Completed>();
  ASSERT_NE(completed, nullptr) << done.error();
  ASSERT_EQ(done.pages.size(), 32U);
  const auto text = done.text_of(completed->outputs.sections, Format::text);
  for (unsigned page = 1; page <= 32; ++page) {
    EXPECT_EQ(done.pages[page - 1].page, page);
    const auto own = done.text_of(done.pages[page - 1].outputs.sections, Format::text);
    EXPECT_NE(own.find("Page number " + std::to_string(page)), std::string::npos) << own;
  }
  EXPECT_LT(text.find("Page number 2\n"), text.find("Page number 31"));
}

TEST_F(EngineUnits, ManyPagesAreDividedDoneInRangesAndAssembled) {
  const auto document = file_of(text_pdf(40));
  const auto probed = run(request(UnitKind::probe), document, empty_file());
  const auto* divided = probed.as<ended::Probed>();
  ASSERT_NE(divided, nullptr) << probed.error();
  EXPECT_EQ(divided->total_pages, 40U);
  EXPECT_EQ(divided->ranges, (std::vector<PageRange>{{1, 20}, {21, 40}}));
  EXPECT_TRUE(probed.written.empty());

  // The ranges at the same time, into one file.
  const auto pages = empty_file();
  std::vector<std::future<Done>> ranges;
  for (const auto& range : divided->ranges) {
    ranges.push_back(std::async(std::launch::async, [&, range] {
      auto asked = request(UnitKind::range);
      asked.first_page = range.first;
      asked.last_page = range.last;
      // A descriptor of its own, as each process that opens the file has.
      const Fd own(::open(("/proc/self/fd/" + std::to_string(pages.get())).c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
      return run(asked, document, own);
    }));
  }
  auto assemble = request(UnitKind::assemble);
  for (auto& range : ranges) {
    const auto done = range.get();
    ASSERT_NE(done.as<ended::RangeDone>(), nullptr) << done.error();
    for (const auto& page : done.pages) {
      EXPECT_TRUE(page.outputs.output_file.pages);
      const auto& model = page.outputs.sections.at(0);
      ASSERT_FALSE(model.format);
      assemble.index.push_back({.file = 0, .page = page.page, .offset = model.offset, .length = model.length});
    }
  }
  ASSERT_EQ(assemble.index.size(), 40U);
  std::ranges::sort(assemble.index, {}, &wire::PageIndex::page);
  assemble.index[6].length = 0;  // page 7 was given up
  const auto done = run(assemble, pages, empty_file());
  const auto* completed = done.as<ended::Completed>();
  ASSERT_NE(completed, nullptr) << done.error();
  const auto text = done.text_of(completed->outputs.sections, Format::markdown);
  for (unsigned page = 1; page <= 40; ++page) {
    EXPECT_EQ(text.find("Page number " + std::to_string(page)) != std::string::npos, page != 7) << page;
  }
}

TEST_F(EngineUnits, SmallFileAmongOthersLeavesItsPages) {
  auto asked = request(UnitKind::probe);
  asked.may_finish = false;
  asked.may_do_pages = true;
  asked.file = 3;
  const auto done = run(asked, text_pdf(2));
  const auto* probed = done.as<ended::Probed>();
  ASSERT_NE(probed, nullptr) << done.error();
  EXPECT_EQ(probed->total_pages, 2U);
  EXPECT_TRUE(probed->ranges.empty());
  ASSERT_EQ(done.pages.size(), 2U);
  EXPECT_EQ(done.pages[1].file, 3);
  EXPECT_FALSE(done.pages[1].outputs.sections.at(0).format) << "no model to assemble from";
}

TEST_F(EngineUnits, SecondTryOnlyDivides) {
  auto asked = request(UnitKind::probe);
  asked.may_finish = false;
  const auto done = run(asked, text_pdf(2));
  const auto* probed = done.as<ended::Probed>();
  ASSERT_NE(probed, nullptr) << done.error();
  EXPECT_EQ(probed->ranges, (std::vector<PageRange>{{1, 2}}));
}

TEST_F(EngineUnits, ScanIsRecognised) {
  const auto done = run(request(UnitKind::probe, MediaType::tiff), scan_tiff(1, 4));
  const auto* completed = done.as<ended::Completed>();
  ASSERT_NE(completed, nullptr) << done.error();
  const auto text = done.text_of(completed->outputs.sections, Format::text);
  EXPECT_NE(text.find("quick brown fox"), std::string::npos) << text;
}

TEST_F(EngineUnits, ScannedPagesAreARangeEach) {
  const auto done = run(request(UnitKind::probe, MediaType::tiff), scan_tiff(3, 4));
  const auto* probed = done.as<ended::Probed>();
  ASSERT_NE(probed, nullptr) << done.error();
  EXPECT_EQ(probed->ranges, (std::vector<PageRange>{{1, 1}, {2, 2}, {3, 3}}));
}

TEST_F(EngineUnits, ScannedPagesWithAStampInTextAreARangeEach) {
  const auto few = run(request(UnitKind::probe), stamped_scan_pdf(3));
  const auto* probed = few.as<ended::Probed>();
  ASSERT_NE(probed, nullptr) << few.error();
  EXPECT_EQ(probed->total_pages, 3U);
  EXPECT_EQ(probed->ranges, (std::vector<PageRange>{{1, 1}, {2, 2}, {3, 3}}));
  EXPECT_TRUE(few.pages.empty());

  const auto many = run(request(UnitKind::probe), stamped_scan_pdf(40));
  probed = many.as<ended::Probed>();
  ASSERT_NE(probed, nullptr) << many.error();
  EXPECT_EQ(probed->ranges.size(), 40U);

  auto asked = request(UnitKind::probe);
  asked.options.ocr = OcrMode::off;
  const auto read = run(asked, stamped_scan_pdf(3));
  const auto* completed = read.as<ended::Completed>();
  ASSERT_NE(completed, nullptr) << read.error();
  EXPECT_EQ(completed->total_pages, 3U);
}

TEST_F(EngineUnits, AStampedScanOfOnePageIsRecognisedAtOnce) {
  const auto done = run(request(UnitKind::probe), stamped_scan_pdf(1));
  const auto* completed = done.as<ended::Completed>();
  ASSERT_NE(completed, nullptr) << done.error();
  const auto text = done.text_of(completed->outputs.sections, Format::text);
  EXPECT_NE(text.find("quick brown fox"), std::string::npos) << text;
  EXPECT_NE(text.find("Exhibit"), std::string::npos) << text;
}

TEST_F(EngineUnits, DocumentsFaultIsRefused) {
  EXPECT_EQ(run(request(UnitKind::probe), std::string(5000, 'x')).error().substr(0, 15), "refused corrupt");
  auto few = request(UnitKind::probe);
  few.limits.max_pages = 2;
  EXPECT_EQ(run(few, text_pdf(3)).error().substr(0, 22), "refused too_many_pages");
}

TEST_F(EngineUnits, LanguageWithoutAModelIsRefused) {
  auto asked = request(UnitKind::probe);
  asked.options.languages = "xx";
  const auto done = run(asked, text_pdf(1));
  EXPECT_EQ(done.error().substr(0, 18), "refused bad_option") << done.error();
  EXPECT_NE(done.error().find("xx"), std::string::npos) << done.error();
  asked.options.ocr = OcrMode::off;
  const auto unread = run(asked, text_pdf(1));
  EXPECT_NE(unread.as<ended::Completed>(), nullptr) << unread.error();
}

TEST_F(EngineUnits, DiskWithoutRoomIsNamed) {
  const Fd full(::open("/dev/full", O_RDWR | O_APPEND | O_CLOEXEC));
  auto asked = request(UnitKind::range);
  asked.first_page = asked.last_page = 1;
  const auto done = run(asked, file_of(text_pdf(1)), full);
  EXPECT_EQ(done.error().substr(0, 18), "refused store_full") << done.error();
}

TEST_F(EngineUnits, SeveralAtOnce) {
  constexpr int threads = 8;
  constexpr int rounds = 6;
  std::vector<std::future<int>> all;
  for (int thread = 0; thread < threads; ++thread) {
    all.push_back(std::async(std::launch::async, [&, thread] {
      int good = 0;
      const auto pages = static_cast<unsigned>(1 + thread);
      for (int round = 0; round < rounds; ++round) {
        const auto done = run(request(UnitKind::probe), text_pdf(pages));
        const auto* completed = done.as<ended::Completed>();
        if (completed != nullptr && completed->total_pages == pages && done.pages.size() == pages) {
          ++good;
        }
      }
      return good;
    }));
  }
  for (auto& good : all) {
    EXPECT_EQ(good.get(), rounds);
  }
  EXPECT_EQ(children_of(::getpid(), "docket-engine").size(), 1U);
}

TEST_F(EngineUnits, NoJobLeavesItsSecretsToTheNext) {
  // The server's memory is what the next child inherits. It is written to by no document, and must hold no request.
  auto asked = request(UnitKind::probe);
  asked.password = "a-pass-word-nobody-else-has";
  asked.filenames = {"a-file-name-nobody-else-has"};
  ASSERT_NE(run(asked, text_pdf(1)).as<ended::Completed>(), nullptr);
  const auto pid = server();
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  const Fd memory(::open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (!memory) {
    GTEST_SKIP() << "the memory of another process cannot be read here";
  }
  std::size_t looked_at = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0;
    unsigned long to = 0;
    char writable = '-';
    if (std::sscanf(line.c_str(), "%lx-%lx r%c", &from, &to, &writable) != 3 || writable != 'w' ||
        to - from > (512UL << 20U)) {
      continue;
    }
    std::string bytes(to - from, '\0');
    if (::pread(memory.get(), bytes.data(), bytes.size(), static_cast<off_t>(from)) > 0) {
      looked_at += bytes.size();
      EXPECT_EQ(bytes.find(asked.password), std::string::npos) << line;
      EXPECT_EQ(bytes.find(asked.filenames[0]), std::string::npos) << line;
    }
  }
  EXPECT_GT(looked_at, 1U << 20U);
}

}  // namespace
}  // namespace docket::engine::test
