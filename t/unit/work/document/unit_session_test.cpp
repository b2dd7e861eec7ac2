#include "work/document/unit_session.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "base/fd.h"

namespace docket {
namespace {

constexpr OutputFile own{.pages = false, .seq = 5, .attempt = 1};

/// A session with a file of 100 bytes to be written to, and what it told.
class UnitSessionTest : public ::testing::Test {
 protected:
  UnitSessionTest() {
    EXPECT_EQ(::ftruncate(written_.get(), 100), 0);
    request_.kind = UnitKind::probe;
    request_.may_finish = true;
    request_.file = 1;
    request_.limits.max_pages = 10;
    request_.limits.memory = 64ULL << 20U;
    request_.limits.unit_ms = 1500;
    request_.limits.cpu_seconds = 3;
    request_.options.formats.add(Format::markdown);
  }

  UnitSession& session() {
    if (!dialogue_) {
      dialogue_.emplace(request_, own, written_.get(), events_);
    }
    return *dialogue_;
  }

  bool say(const wire::ChildMessage& message) { return session().on_packet(wire::encode(message)); }

  static wire::PageDone page(std::uint32_t number, std::uint64_t offset = 0, std::uint64_t length = 10,
                             Format format = Format::markdown) {
    wire::PageDone done;
    done.page.file = 1;
    done.page.page = number;
    done.page.outputs.sections = {{format, Representation::raw, offset, length}};
    return done;
  }

  static wire::PageDone bad_page(std::uint32_t number, ErrorCode code = ErrorCode::corrupt) {
    wire::PageDone done;
    done.page.file = 1;
    done.page.page = number;
    done.page.error = code;
    done.page.error_detail = "torn";
    return done;
  }

  static wire::Completed completed(std::uint64_t offset = 0, std::uint64_t length = 10) {
    return {{{Format::markdown, Representation::raw, offset, length}}};
  }

  UnitEnd ended(wire::Ended how = {}) { return session().on_ended(how); }

  /// The end is a bad one because of what the child said.
  void expect_breach() {
    const auto end = ended();
    ASSERT_TRUE(std::holds_alternative<ended::Failed>(end)) << end.index();
    EXPECT_EQ(std::get<ended::Failed>(end).error.code, ErrorCode::crashed);
  }

  wire::UnitRequest request_;
  Fd written_{::memfd_create("written", MFD_CLOEXEC)};
  std::vector<wire::Probed> probed_;
  std::vector<PageRecord> pages_;
  int completed_ = 0;
  UnitEvents events_{.probed = [this](wire::Probed probed) { probed_.push_back(std::move(probed)); },
                     .page = [this](PageRecord record) { pages_.push_back(std::move(record)); },
                     .completed = [this] { ++completed_; }};
  std::optional<UnitSession> dialogue_;
};

TEST_F(UnitSessionTest, SmallDocumentIsDoneWhole) {
  ASSERT_TRUE(say(wire::Probed{2, {}}));
  ASSERT_TRUE(say(page(1)));
  ASSERT_TRUE(say(bad_page(2)));
  EXPECT_FALSE(session().is_over());
  EXPECT_EQ(completed_, 0);
  ASSERT_TRUE(say(completed(90, 10)));
  EXPECT_EQ(completed_, 1);
  EXPECT_TRUE(session().is_over());

  ASSERT_EQ(probed_.size(), 1U);
  EXPECT_EQ(probed_[0].total_pages, 2U);
  ASSERT_EQ(pages_.size(), 2U);
  EXPECT_EQ(pages_[0].outputs.output_file, own);
  EXPECT_EQ(pages_[1].error, ErrorCode::corrupt);
  const auto end = ended();
  ASSERT_TRUE(std::holds_alternative<ended::Completed>(end));
  EXPECT_EQ(std::get<ended::Completed>(end).total_pages, 2U);
  EXPECT_EQ(std::get<ended::Completed>(end).outputs.output_file, own);
  EXPECT_EQ(std::get<ended::Completed>(end).outputs.sections.at(0).offset, 90U);
}

TEST_F(UnitSessionTest, LargeDocumentIsDivided) {
  ASSERT_TRUE(say(wire::Probed{5, {{1, 2}, {3, 3}, {4, 5}}}));
  const auto end = ended();
  ASSERT_TRUE(std::holds_alternative<ended::Probed>(end));
  EXPECT_EQ(std::get<ended::Probed>(end).total_pages, 5U);
  EXPECT_EQ(std::get<ended::Probed>(end).ranges.size(), 3U);
}

TEST_F(UnitSessionTest, ProbeMayLeaveOnlyTheAssemblyToOthers) {
  request_.may_finish = false;
  request_.may_do_pages = true;
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  ASSERT_TRUE(say(page(1)));
  ASSERT_TRUE(say(wire::RangeDone{}));
  const auto end = ended();
  ASSERT_TRUE(std::holds_alternative<ended::Probed>(end));
  EXPECT_TRUE(std::get<ended::Probed>(end).ranges.empty());
}

TEST_F(UnitSessionTest, RangeGoesThroughItsPages) {
  request_.kind = UnitKind::range;
  request_.first_page = 4;
  request_.last_page = 5;
  ASSERT_TRUE(say(page(4)));
  ASSERT_TRUE(say(page(5)));
  ASSERT_TRUE(say(wire::RangeDone{}));
  EXPECT_TRUE(std::holds_alternative<ended::RangeDone>(ended()));
}

TEST_F(UnitSessionTest, AssembleCompletes) {
  request_.kind = UnitKind::assemble;
  request_.may_finish = false;
  ASSERT_TRUE(say(completed()));
  const auto end = ended();
  ASSERT_TRUE(std::holds_alternative<ended::Completed>(end));
  EXPECT_EQ(std::get<ended::Completed>(end).total_pages, 0U);
}

TEST_F(UnitSessionTest, RefusalIsTheDocumentsFault) {
  ASSERT_TRUE(say(wire::Refused{{ErrorCode::encrypted, "needs a password"}}));
  const auto end = ended();
  ASSERT_TRUE(std::holds_alternative<ended::Refused>(end));
  EXPECT_EQ(std::get<ended::Refused>(end).error, (Error{ErrorCode::encrypted, "needs a password"}));
}

// ---- What a child may not say. Each of these ends the unit badly.

TEST_F(UnitSessionTest, Garbage) {
  EXPECT_FALSE(session().on_packet("\x09garbage"));
  expect_breach();
}

TEST_F(UnitSessionTest, NothingAtAll) {
  expect_breach();
}

TEST_F(UnitSessionTest, SomethingAfterTheLastWord) {
  ASSERT_TRUE(say(wire::Refused{{ErrorCode::corrupt, ""}}));
  EXPECT_FALSE(say(wire::Probed{1, {}}));
  expect_breach();
}

TEST_F(UnitSessionTest, RefusalInTheHousesOwnWords) {
  EXPECT_FALSE(say(wire::Refused{{ErrorCode::lease_lost, ""}}));
  expect_breach();
}

TEST_F(UnitSessionTest, MoreFilePagesThanAllowed) {
  EXPECT_FALSE(say(wire::Probed{11, {{1, 11}}}));
  expect_breach();
}

TEST_F(UnitSessionTest, NoPages) {
  EXPECT_FALSE(say(wire::Probed{0, {}}));
  expect_breach();
}

TEST_F(UnitSessionTest, CountingTwice) {
  ASSERT_TRUE(say(wire::Probed{2, {}}));
  EXPECT_FALSE(say(wire::Probed{2, {}}));
  expect_breach();
}

TEST_F(UnitSessionTest, RangesWithAGap) {
  EXPECT_FALSE(say(wire::Probed{5, {{1, 2}, {4, 5}}}));
  expect_breach();
}

TEST_F(UnitSessionTest, RangesThatOverlap) {
  EXPECT_FALSE(say(wire::Probed{5, {{1, 3}, {3, 5}}}));
  expect_breach();
}

TEST_F(UnitSessionTest, RangesThatEndTooEarly) {
  EXPECT_FALSE(say(wire::Probed{5, {{1, 4}}}));
  expect_breach();
}

TEST_F(UnitSessionTest, RangesBeyondTheEnd) {
  EXPECT_FALSE(say(wire::Probed{5, {{1, 6}}}));
  expect_breach();
}

TEST_F(UnitSessionTest, PagesThatItWasNotToDo) {
  request_.may_finish = false;
  EXPECT_FALSE(say(wire::Probed{1, {}}));
  expect_breach();
}

TEST_F(UnitSessionTest, PageBeforeTheCount) {
  EXPECT_FALSE(say(page(1)));
  expect_breach();
}

TEST_F(UnitSessionTest, PageTwice) {
  ASSERT_TRUE(say(wire::Probed{2, {}}));
  ASSERT_TRUE(say(page(1)));
  EXPECT_FALSE(say(page(1)));
  EXPECT_EQ(pages_.size(), 1U);
  expect_breach();
}

TEST_F(UnitSessionTest, PageLeftOut) {
  ASSERT_TRUE(say(wire::Probed{3, {}}));
  EXPECT_FALSE(say(page(2)));
  expect_breach();
}

TEST_F(UnitSessionTest, PageBeyondTheRange) {
  request_.kind = UnitKind::range;
  request_.first_page = request_.last_page = 4;
  ASSERT_TRUE(say(page(4)));
  EXPECT_FALSE(say(page(5)));
  expect_breach();
}

TEST_F(UnitSessionTest, PageOfAnotherFile) {
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  auto other = page(1);
  other.page.file = 0;
  EXPECT_FALSE(say(other));
  expect_breach();
}

TEST_F(UnitSessionTest, SectionBeyondTheFile) {
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  EXPECT_FALSE(say(page(1, 95, 6)));
  EXPECT_TRUE(pages_.empty());
  expect_breach();
}

TEST_F(UnitSessionTest, SectionWhoseEndOverflows) {
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  EXPECT_FALSE(say(page(1, 50, UINT64_MAX - 20)));
  expect_breach();
}

TEST_F(UnitSessionTest, FormatNobodyAskedFor) {
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  EXPECT_FALSE(say(page(1, 0, 1, Format::text)));
  expect_breach();
}

TEST_F(UnitSessionTest, PageGivenUpInTheHousesOwnWords) {
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  EXPECT_FALSE(say(bad_page(1, ErrorCode::store_unavailable)));
  expect_breach();
}

TEST_F(UnitSessionTest, CompletedBeforeItsPages) {
  ASSERT_TRUE(say(wire::Probed{2, {}}));
  ASSERT_TRUE(say(page(1)));
  EXPECT_FALSE(say(completed()));
  expect_breach();
}

TEST_F(UnitSessionTest, CompletedWithoutAnyPage) {
  ASSERT_TRUE(say(wire::Probed{1, {}}));
  ASSERT_TRUE(say(bad_page(1)));
  EXPECT_FALSE(say(completed()));
  expect_breach();
}

TEST_F(UnitSessionTest, AllIsToldInOnePacket) {
  const std::vector<wire::ChildMessage> all{wire::Probed{1, {}}, page(1), completed()};
  ASSERT_TRUE(session().on_packet(wire::pack(all).at(0)));
  EXPECT_TRUE(std::holds_alternative<ended::Completed>(ended()));
}

TEST_F(UnitSessionTest, WordsAfterTheLastInOnePacket) {
  const std::vector<wire::ChildMessage> all{wire::Probed{1, {}}, page(1), completed(), wire::RangeDone{}};
  EXPECT_FALSE(session().on_packet(wire::pack(all).at(0)));
  expect_breach();
}

TEST_F(UnitSessionTest, CompletedByARange) {
  request_.kind = UnitKind::range;
  request_.first_page = request_.last_page = 1;
  ASSERT_TRUE(say(page(1)));
  EXPECT_FALSE(say(completed()));
  expect_breach();
}

TEST_F(UnitSessionTest, ResultsBeyondTheFile) {
  request_.kind = UnitKind::assemble;
  EXPECT_FALSE(say(completed(0, 101)));
  EXPECT_EQ(completed_, 0);
  expect_breach();
}

TEST_F(UnitSessionTest, ResultsWithoutAFormat) {
  request_.kind = UnitKind::assemble;
  EXPECT_FALSE(say(wire::Completed{{{std::nullopt, Representation::raw, 0, 10}}}));
  expect_breach();
}

TEST_F(UnitSessionTest, DoneBeforeItsPages) {
  request_.kind = UnitKind::range;
  request_.first_page = 1;
  request_.last_page = 2;
  ASSERT_TRUE(say(page(1)));
  EXPECT_FALSE(say(wire::RangeDone{}));
  expect_breach();
}

// ---- How a child ends, whatever it said.

Error bad_end(const UnitEnd& end) {
  EXPECT_TRUE(std::holds_alternative<ended::Failed>(end)) << end.index();
  return std::holds_alternative<ended::Failed>(end) ? std::get<ended::Failed>(end).error : Error{};
}

TEST_F(UnitSessionTest, WallTimeNamesItsDirective) {
  const auto error = bad_end(ended({.wait_status = SIGKILL, .timed_out = true}));
  EXPECT_EQ(error.code, ErrorCode::timeout);
  EXPECT_EQ(error.detail, "it took longer than 1.500 s (docket_unit_timeout)");
}

TEST_F(UnitSessionTest, ProcessorTimeNamesItsDirective) {
  const auto error = bad_end(ended({.wait_status = SIGXCPU}));
  EXPECT_EQ(error.code, ErrorCode::timeout);
  EXPECT_EQ(error.detail, "it took more than 3 s of processor time (docket_cpu_limit)");
  EXPECT_TRUE(std::get<ended::Failed>(ended({.wait_status = SIGXCPU})).repeats);
  EXPECT_FALSE(std::get<ended::Failed>(ended({.wait_status = SIGSEGV})).repeats);
  EXPECT_FALSE(std::get<ended::Failed>(ended({.timed_out = true})).repeats) << "the machine may have been busy";
}

TEST_F(UnitSessionTest, MemoryNamesItsDirective) {
  const auto error = bad_end(ended({.wait_status = wire::exit_out_of_memory << 8, .out_of_memory = true}));
  EXPECT_EQ(error.code, ErrorCode::out_of_memory);
  EXPECT_EQ(error.detail, "it needed more than 64 MB (docket_memory_limit)");
  EXPECT_TRUE(std::get<ended::Failed>(ended({.wait_status = wire::exit_out_of_memory << 8})).repeats);
}

TEST_F(UnitSessionTest, CrashNamesItsSignal) {
  const auto error = bad_end(ended({.wait_status = SIGSEGV}));
  EXPECT_EQ(error.code, ErrorCode::crashed);
  EXPECT_NE(error.detail.find("SIGSEGV"), std::string::npos);
}

TEST_F(UnitSessionTest, ForbiddenCallIsNamed) {
  const auto error = bad_end(ended({.wait_status = SIGSYS}));
  EXPECT_EQ(error.code, ErrorCode::crashed);
  EXPECT_NE(error.detail.find("forbidden system call"), std::string::npos);
}

TEST_F(UnitSessionTest, CrashAfterTheLastWordIsACrash) {
  ASSERT_TRUE(say(wire::Refused{{ErrorCode::corrupt, ""}}));
  EXPECT_EQ(bad_end(ended({.wait_status = SIGABRT})).code, ErrorCode::crashed);
}

TEST_F(UnitSessionTest, WhatIsDoneStandsThoughItsChildHadToBeKilled) {
  ASSERT_TRUE(say(wire::Refused{{ErrorCode::corrupt, ""}}));
  EXPECT_TRUE(std::holds_alternative<ended::Refused>(ended({.wait_status = SIGKILL})));
  EXPECT_TRUE(std::holds_alternative<ended::Refused>(ended({.wait_status = SIGKILL, .timed_out = true})));
  EXPECT_FALSE(say(wire::RangeDone{}));
  EXPECT_EQ(bad_end(ended({.wait_status = SIGKILL})).detail, "the engine's child spoke after its last word");
}

TEST_F(UnitSessionTest, ExitCodeIsTold) {
  const auto error = bad_end(ended({.wait_status = wire::exit_bad_request << 8}));
  EXPECT_EQ(error.code, ErrorCode::crashed);
  EXPECT_NE(error.detail.find("15"), std::string::npos);
}

}  // namespace
}  // namespace docket
