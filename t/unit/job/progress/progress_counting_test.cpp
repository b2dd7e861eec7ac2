// How pages that are done, or failed, are counted.
#include "job/progress/progress.h"
#include "job/progress/progress_fixture.h"

namespace docket {
namespace {

using Counting = ProgressTest;

TEST_F(Counting, PagesOfARangeMoveItOn) {
  accept_with_ranges(10, {{1, 5}, {6, 10}});
  auto& range = units[1];
  claim(range);
  range.failures = 1;
  do_pages(range, 6, 7);
  EXPECT_EQ(range.first_page, 8U);
  EXPECT_EQ(range.failures, 0U) << "a new page has its own tries";
  EXPECT_EQ(status.head.processed_pages, 2U);
  EXPECT_EQ(status.files[0].processed_pages, 2U);
  EXPECT_EQ(status.head.updated_ms, now_ms);
  EXPECT_EQ(status.head.warning_count, 0U);
  EXPECT_EQ(status.files[0].state, State::processing);
}

TEST_F(Counting, NoPagesMoveNothing) {
  accept_with_ranges(10, {{1, 10}});
  auto& range = units[0];
  claim(range);
  range.failures = 1;
  ASSERT_TRUE(record_pages(record, status, range, {}, now()));
  EXPECT_EQ(range.failures, 1U);
  EXPECT_EQ(range.first_page, 1U);
}

TEST_F(Counting, AFailedPageIsAWarning) {
  accept_with_ranges(3, {{1, 3}});
  auto& range = units[0];
  claim(range);
  do_pages(range, 1, 1);
  fail_page(range, 2, ErrorCode::too_many_pixels, "docket_max_pixels allows 100000000");
  EXPECT_EQ(status.head.processed_pages, 2U);
  EXPECT_EQ(status.head.failed_pages, 1U);
  EXPECT_EQ(status.files[0].failed_pages, 1U);
  ASSERT_EQ(status.warnings.size(), 1U);
  EXPECT_EQ(
      status.warnings[0],
      (Warning{
          .file = 0, .page = 2, .code = ErrorCode::too_many_pixels, .detail = "docket_max_pixels allows 100000000"}));
}

TEST_F(Counting, WarningsBeyondTheLimitAreCountedOnly) {
  record.limits.max_pages = 500;
  accept(1);
  record.limits.max_pages = 500;
  claim(units[0]);
  auto range = end(units[0], ended::Probed{300, {{1, 300}}}).new_units.at(0);
  claim(range);
  for (std::uint32_t number = 1; number <= 250; ++number) {
    fail_page(range, number, ErrorCode::timeout);
  }
  EXPECT_EQ(status.head.warning_count, 250U);
  EXPECT_EQ(status.warnings.size(), max_warnings);
  EXPECT_EQ(status.warnings.back().page, 100U);
}

TEST_F(Counting, LongDetailsAreCutAtACharacter) {
  accept_with_ranges(1, {{1, 1}});
  claim(units[0]);
  std::string detail = "x";
  for (int i = 0; i < 5000; ++i) {
    detail += "\xC3\xA4";
  }
  fail_page(units[0], 1, ErrorCode::corrupt, detail);
  EXPECT_EQ(status.warnings.at(0).detail, detail.substr(0, 299));
  EXPECT_EQ(status.files.at(0).error_detail, detail.substr(0, 299));
}

TEST_F(Counting, OfChosenPagesWarningsTellTheDocumentsNumbers) {
  accept(1);
  record.document().options.pages = PageSet::parse("4,7-8").value();
  claim(units[0]);
  units = end(units.at(0), ended::Probed{3, {{1, 3}}}).new_units;
  claim(units.at(0));
  do_pages(units[0], 1, 1);
  fail_page(units[0], 2, ErrorCode::corrupt);
  end(units[0], ended::Refused{{ErrorCode::corrupt, "no more"}});
  ASSERT_EQ(status.warnings.size(), 2U);
  EXPECT_EQ(status.warnings[0].page, 7U);
  EXPECT_EQ(status.warnings[1].page, 8U);
  EXPECT_EQ(status.files[0].processed_pages, 3U);
}

TEST_F(Counting, PagesThatAreNotTheNextOnesAreRefusedWhole) {
  accept_with_ranges(10, {{1, 5}, {6, 10}});
  auto range = units[0];
  claim(range);
  do_pages(range, 1, 2);
  const auto before = status;
  const auto unit_before = range;
  const auto refuses = [&](std::vector<PageRecord> pages) {
    const auto recorded = record_pages(record, status, range, pages, now());
    return !recorded && recorded.error().code == ErrorCode::illegal_change && status == before && range == unit_before;
  };
  EXPECT_TRUE(refuses({page(range, 2)})) << "counted before";
  EXPECT_TRUE(refuses({page(range, 4)})) << "a gap";
  EXPECT_TRUE(refuses({page(range, 3), page(range, 3)})) << "twice";
  EXPECT_TRUE(refuses({page(range, 3), page(range, 4), page(range, 5), page(range, 6)})) << "another unit's";
  EXPECT_TRUE(refuses({page(range, 0)}));
  auto other = page(range, 3);
  other.file = 1;
  EXPECT_TRUE(refuses({other})) << "another file's";
  do_pages(range, 3, 5);
}

TEST_F(Counting, AFileIsCompletedWithItsLastPage) {
  accept_with_ranges(4, {{1, 2}, {3, 4}});
  claim(units[0]);
  claim(units[1]);
  do_pages(units[1], 3, 4);
  fail_page(units[0], 1, ErrorCode::timeout);
  EXPECT_EQ(status.files[0].state, State::processing);
  do_pages(units[0], 2, 2);
  EXPECT_EQ(status.files[0].state, State::completed);
  EXPECT_EQ(status.files[0].error, ErrorCode::none);
  EXPECT_EQ(status.head.state, State::processing) << "it has yet to be assembled";
}

TEST_F(Counting, AFileWithoutAGoodPageFailsWithItsFirstPagesError) {
  accept_with_ranges(4, {{1, 2}, {3, 4}});
  claim(units[0]);
  claim(units[1]);
  fail_page(units[1], 3, ErrorCode::timeout, "three");
  fail_page(units[1], 4, ErrorCode::timeout, "four");
  fail_page(units[0], 1, ErrorCode::crashed, "one");
  fail_page(units[0], 2, ErrorCode::timeout, "two");
  EXPECT_EQ(status.files[0].state, State::failed);
  EXPECT_EQ(status.files[0].error, ErrorCode::crashed);
  EXPECT_EQ(status.files[0].error_detail, "one");
}

TEST_F(Counting, AFileWhoseWarningsWereNotKeptFailsWithItsLastPagesError) {
  accept(2);
  claim(units[0]);
  claim(units[1]);
  record.limits.max_pages = 200;
  auto first = end(units[0], ended::Probed{150, {{1, 150}}}).new_units.at(0);
  auto second = end(units[1], ended::Probed{1, {{1, 1}}}).new_units.at(0);
  for (std::uint32_t number = 1; number <= 150; ++number) {
    fail_page(first, number, ErrorCode::timeout);
  }
  fail_page(second, 1, ErrorCode::corrupt, "the other");
  EXPECT_EQ(status.files[1].state, State::failed);
  EXPECT_EQ(status.files[1].error, ErrorCode::corrupt);
  EXPECT_EQ(status.files[1].error_detail, "the other");
}

TEST_F(Counting, TotalsAreSummedOverFiles) {
  accept(3);
  claim(units[0]);
  set_total_pages(status, units[0], 4, now());
  EXPECT_EQ(status.files[0].total_pages, 4U);
  EXPECT_EQ(status.head.total_pages, 4U);
  EXPECT_EQ(status.head.updated_ms, now_ms);
  claim(units[2]);
  set_total_pages(status, units[2], 6, now());
  EXPECT_EQ(status.head.total_pages, 10U);
  set_total_pages(status, units[2], 6, now());
  EXPECT_EQ(status.head.total_pages, 10U) << "saying it again adds nothing";
  auto before = status;
  set_total_pages(status, units[1], 0, now());
  Unit range = units[1];
  range.kind = UnitKind::range;
  set_total_pages(status, range, 9, now());
  Unit stranger = units[1];
  stranger.file = 3;
  set_total_pages(status, stranger, 9, now());
  EXPECT_EQ(status, before);
}

TEST_F(Counting, HugeTotalsDoNotWrapAround) {
  accept(2);
  set_total_pages(status, units[0], UINT32_MAX, now());
  set_total_pages(status, units[1], 2, now());
  EXPECT_EQ(status.head.total_pages, UINT32_MAX);
}

}  // namespace
}  // namespace docket
