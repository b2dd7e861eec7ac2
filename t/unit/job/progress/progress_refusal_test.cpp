// What is refused for good: a document, a file, pages that cannot be done.
#include "job/progress/progress.h"
#include "job/progress/progress_fixture.h"

namespace docket {
namespace {

using Refusing = ProgressTest;

TEST_F(Refusing, TheOnlyFileFailsTheJobWithItsError) {
  accept(1);
  claim(units[0]);
  const auto follow_up = end(units[0], ended::Refused{{ErrorCode::encrypted, "needs a password"}});
  EXPECT_FALSE(follow_up.unit_goes_on);
  EXPECT_TRUE(follow_up.new_units.empty());
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::encrypted);
  EXPECT_EQ(status.detail, "needs a password");
  EXPECT_EQ(status.head.completed_ms, now_ms);
  EXPECT_EQ(status.head.units_left, 0U);
  EXPECT_EQ(status.files[0].state, State::failed);
  EXPECT_EQ(status.files[0].error, ErrorCode::encrypted);
  EXPECT_EQ(status.files[0].error_detail, "needs a password");
  EXPECT_EQ(status.head.warning_count, 0U) << "the error says it already";
}

TEST_F(Refusing, OneOfSeveralFilesIsAWarning) {
  accept(2);
  claim(units[0]);
  end(units[0], ended::Refused{{ErrorCode::corrupt, "no xref"}});
  EXPECT_EQ(status.head.state, State::processing);
  EXPECT_EQ(status.files[0].state, State::failed);
  ASSERT_EQ(status.warnings.size(), 1U);
  EXPECT_EQ(status.warnings[0], (Warning{.file = 0, .page = 0, .code = ErrorCode::corrupt, .detail = "no xref"}));

  claim(units[1]);
  do_pages(units[1], 1, 1);
  auto assemble = end(units[1], ended::Probed{1, {}}).new_units.at(0);
  ASSERT_EQ(assemble.kind, UnitKind::assemble);
  claim(assemble);
  end(assemble, ended::Completed{});
  EXPECT_EQ(status.head.state, State::completed);
  EXPECT_EQ(status.files[0].state, State::failed) << "a failed file stays failed";
  EXPECT_EQ(status.files[1].state, State::completed);
}

TEST_F(Refusing, WhenEveryFileFailsTheFirstOnesErrorIsTheJobs) {
  accept(2);
  claim(units[0]);
  claim(units[1]);
  end(units[1], ended::Refused{{ErrorCode::corrupt, "second"}});
  end(units[0], ended::Refused{{ErrorCode::encrypted, "first"}});
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::encrypted);
  EXPECT_EQ(status.detail, "first");
}

TEST_F(Refusing, ARangesRemainingPagesAreGivenUp) {
  accept_with_ranges(10, {{1, 5}, {6, 10}});
  auto& range = units[0];
  claim(range);
  do_pages(range, 1, 2);
  const auto follow_up = end(range, ended::Refused{{ErrorCode::wrong_password, "no"}});
  EXPECT_FALSE(follow_up.unit_goes_on);
  ASSERT_EQ(follow_up.given_up.size(), 3U);
  EXPECT_EQ(follow_up.given_up[0].page, 3U);
  EXPECT_EQ(follow_up.given_up[2].page, 5U);
  EXPECT_EQ(follow_up.given_up[1].error, ErrorCode::wrong_password);
  EXPECT_EQ(follow_up.given_up[1].error_detail, "no");
  EXPECT_EQ(status.head.processed_pages, 5U);
  EXPECT_EQ(status.head.failed_pages, 3U);
  EXPECT_EQ(status.head.warning_count, 3U);
  EXPECT_EQ(status.head.units_left, 1U);
}

TEST_F(Refusing, AJobWithoutAGoodPageFailsWithItsFirstPagesError) {
  accept_with_ranges(4, {{1, 2}, {3, 4}});
  claim(units[0]);
  claim(units[1]);
  end(units[1], ended::Refused{{ErrorCode::timeout, "late"}});
  end(units[0], ended::Refused{{ErrorCode::corrupt, "early"}});
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::corrupt);
  EXPECT_EQ(status.detail, "early");
  EXPECT_EQ(status.head.processed_pages, 4U);
}

TEST_F(Refusing, AnAssemblyFailsTheJob) {
  accept_with_ranges(1, {{1, 1}});
  claim(units[0]);
  do_pages(units[0], 1, 1);
  auto assemble = end(units[0], ended::RangeDone{}).new_units.at(0);
  claim(assemble);
  end(assemble, ended::Refused{{ErrorCode::corrupt, "no model"}});
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::corrupt);
  EXPECT_EQ(status.head.units_left, 0U);
}

TEST_F(Refusing, AnErrorWithoutACodeIsCorrupt) {
  accept(1);
  claim(units[0]);
  end(units[0], ended::Refused{});
  EXPECT_EQ(status.head.error, ErrorCode::corrupt);
}

TEST_F(Refusing, ADocumentWithoutPagesHasNoPages) {
  accept(1);
  claim(units[0]);
  end(units[0], ended::Probed{0, {}});
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::no_pages);
}

TEST_F(Refusing, ADocumentWithTooManyPagesNamesTheLimit) {
  accept(1);
  claim(units[0]);
  end(units[0], ended::Probed{51, {{1, 51}}});
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::too_many_pages);
  EXPECT_EQ(status.detail, "the document has 51 pages, docket_max_pages allows 50");
}

TEST_F(Refusing, AProbeThatTellsTooLateHasItsOtherPagesGivenUp) {
  accept(1);
  claim(units[0]);
  set_total_pages(status, units[0], 5, now());
  do_pages(units[0], 1, 3);
  const auto follow_up = end(units[0], ended::Refused{{ErrorCode::corrupt, "page 4 ends it"}});
  ASSERT_EQ(follow_up.given_up.size(), 2U);
  EXPECT_EQ(follow_up.given_up[0].page, 4U);
  EXPECT_EQ(status.files[0].state, State::failed);
  EXPECT_EQ(status.head.processed_pages, 5U);
  ASSERT_EQ(follow_up.new_units.size(), 1U) << "three pages are worth assembling";
  EXPECT_EQ(follow_up.new_units[0].kind, UnitKind::assemble);
}

TEST_F(Refusing, PagesOfAFileWhoseTotalWasNeverToldAreItsTotal) {
  accept(1);
  claim(units[0]);
  do_pages(units[0], 1, 3);
  end(units[0], ended::Refused{{ErrorCode::corrupt, ""}});
  EXPECT_EQ(status.head.total_pages, 3U);
  EXPECT_EQ(status.head.processed_pages, 3U);
}

TEST_F(Refusing, ALieAboutTheTotalGivesUpNoMoreThanTheLimit) {
  accept(1);
  claim(units[0]);
  set_total_pages(status, units[0], UINT32_MAX, now());
  const auto follow_up = end(units[0], ended::Refused{{ErrorCode::corrupt, ""}});
  EXPECT_EQ(follow_up.given_up.size(), 50U);
  EXPECT_EQ(status.head.total_pages, 50U);
  EXPECT_EQ(status.head.state, State::failed);
}

}  // namespace
}  // namespace docket
