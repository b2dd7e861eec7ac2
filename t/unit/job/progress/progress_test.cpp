// The way of a job that goes well, and what is refused. How pages are counted is in progress_counting_test.cpp, how
// units end badly in progress_failure_test.cpp and progress_refusal_test.cpp.
#include "job/progress/progress.h"

#include "job/progress/progress_fixture.h"

namespace docket {
namespace {

using Accepting = ProgressTest;
using Ending = ProgressTest;

TEST_F(Accepting, SetsTheHeadAndGivesOneProbeAFile) {
  record.document().options.formats.add(Format::json);
  status.head.accept_no = 5;
  status.head.has_fields = 1;
  accept(3);
  const auto& head = status.head;
  EXPECT_EQ(head.state, State::pending);
  EXPECT_EQ(head.file_count, 3);
  EXPECT_EQ(head.pool, 1);
  EXPECT_EQ(head.priority, 7);
  EXPECT_EQ(head.formats, record.options().formats);
  EXPECT_EQ(head.attempts, 1U);
  EXPECT_EQ(head.units_left, 3U);
  EXPECT_EQ(head.created_ms, accepted_ms);
  EXPECT_EQ(head.updated_ms, accepted_ms);
  EXPECT_EQ(head.started_ms, 0);
  EXPECT_EQ(head.accept_no, 5U) << "the store's own numbers stay";
  EXPECT_EQ(head.has_fields, 1);

  ASSERT_EQ(units.size(), 3U);
  for (std::uint16_t i = 0; i < 3; ++i) {
    EXPECT_EQ(units[i].kind, UnitKind::probe);
    EXPECT_EQ(units[i].job, record.id);
    EXPECT_EQ(units[i].file, i);
    EXPECT_EQ(units[i].pool, 1);
    EXPECT_EQ(units[i].priority, 7);
    EXPECT_EQ(units[i].attempt, 1U);
    EXPECT_EQ(status.files[i].state, State::pending);
  }
}

TEST_F(Accepting, AJobWithoutFilesHasFailed) {
  accept(0);
  EXPECT_TRUE(units.empty());
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::no_file);
  EXPECT_EQ(status.head.completed_ms, accepted_ms);
}

TEST_F(Accepting, TheFirstClaimStartsTheJobOnce) {
  accept(2);
  claim(units[0]);
  EXPECT_EQ(status.head.state, State::processing);
  const auto started = status.head.started_ms;
  EXPECT_EQ(started, now_ms);
  EXPECT_EQ(status.files[0].state, State::processing);
  EXPECT_EQ(status.files[1].state, State::pending);
  claim(units[1]);
  EXPECT_EQ(status.head.started_ms, started);
  EXPECT_EQ(status.files[1].state, State::processing);
}

TEST_F(Accepting, AttemptsAreTheMostAnyUnitNeeded) {
  accept(2);
  units[0].attempt = 3;
  claim(units[0]);
  EXPECT_EQ(status.head.attempts, 3U);
  claim(units[1]);
  EXPECT_EQ(status.head.attempts, 3U);
}

TEST_F(Accepting, AClaimThatChangesNothingLeavesTheStatusAsItWas) {
  accept_with_ranges(4, {{1, 2}, {3, 4}});
  claim(units[0]);
  const auto before = status;
  claim(units[1]);
  EXPECT_EQ(status, before);
}

TEST_F(Accepting, NothingOfAFinalJobIsBegun) {
  accept(1);
  auto probe = units[0];
  claim(probe);
  end(probe, ended::Refused{{ErrorCode::encrypted, "needs a password"}});
  ASSERT_EQ(status.head.state, State::failed);
  const auto before = status;
  EXPECT_EQ(begin_unit(status, probe, now()).error().code, ErrorCode::illegal_change);
  const std::vector<PageRecord> pages{page(probe, 1)};
  EXPECT_EQ(record_pages(record, status, probe, pages, now()).error().code, ErrorCode::illegal_change);
  EXPECT_EQ(end_unit(record, status, probe, ended::Released{}, now()).error().code, ErrorCode::illegal_change);
  EXPECT_EQ(status, before);
}

TEST_F(Accepting, AUnitOfAFileThatIsNotThereIsRefused) {
  accept(1);
  auto unit = units[0];
  unit.file = 1;
  EXPECT_FALSE(begin_unit(status, unit, now()));
  claim(units[0]);
  EXPECT_FALSE(record_pages(record, status, unit, {}, now()));
  EXPECT_FALSE(end_unit(record, status, unit, ended::Released{}, now()));
}

TEST_F(Accepting, AUnitThatWasNotBegunDoesNotEnd) {
  accept(1);
  const auto ended = end_unit(record, status, units[0], ended::Released{}, now());
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::illegal_change);
}

TEST_F(Ending, AProbeGivesARangeUnitARange) {
  accept(2);
  auto probe = units[1];
  probe.seq = 5;
  claim(probe);
  const auto follow_up = end(probe, ended::Probed{10, {{1, 4}, {5, 8}, {9, 10}}});
  EXPECT_FALSE(follow_up.unit_goes_on);
  EXPECT_TRUE(follow_up.given_up.empty());
  ASSERT_EQ(follow_up.new_units.size(), 3U);
  for (const auto& unit : follow_up.new_units) {
    EXPECT_EQ(unit.kind, UnitKind::range);
    EXPECT_EQ(unit.job, record.id);
    EXPECT_EQ(unit.file, 1);
    EXPECT_EQ(unit.pool, 1);
    EXPECT_EQ(unit.priority, 7);
    EXPECT_EQ(unit.attempt, 1U);
    EXPECT_EQ(unit.seq, 0U);
  }
  EXPECT_EQ(follow_up.new_units[2].first_page, 9U);
  EXPECT_EQ(follow_up.new_units[2].last_page, 10U);
  EXPECT_EQ(status.files[1].total_pages, 10U);
  EXPECT_EQ(status.head.total_pages, 10U);
  EXPECT_EQ(status.head.units_left, 4U) << "the other probe and three ranges";
}

TEST_F(Ending, TheLastRangeOfAllGivesTheAssembly) {
  accept_with_ranges(4, {{1, 2}, {3, 4}});
  claim(units[0]);
  claim(units[1]);
  do_pages(units[1], 3, 4);
  EXPECT_TRUE(end(units[1], ended::RangeDone{}).new_units.empty());
  EXPECT_EQ(status.head.units_left, 1U);
  do_pages(units[0], 1, 2);
  const auto follow_up = end(units[0], ended::RangeDone{});
  ASSERT_EQ(follow_up.new_units.size(), 1U);
  const auto& assemble = follow_up.new_units[0];
  EXPECT_EQ(assemble.kind, UnitKind::assemble);
  EXPECT_EQ(assemble.job, record.id);
  EXPECT_EQ(assemble.pool, 1);
  EXPECT_EQ(assemble.priority, 7);
  EXPECT_EQ(assemble.attempt, 1U);
  EXPECT_EQ(status.head.units_left, 1U);
  EXPECT_EQ(status.head.state, State::processing);
}

TEST_F(Ending, TheAssemblyCompletesTheJob) {
  accept_with_ranges(2, {{1, 2}});
  claim(units[0]);
  do_pages(units[0], 1, 2);
  auto assemble = end(units[0], ended::RangeDone{}).new_units.at(0);
  claim(assemble);
  const auto follow_up = end(assemble, ended::Completed{});
  EXPECT_FALSE(follow_up.unit_goes_on);
  EXPECT_TRUE(follow_up.new_units.empty());
  EXPECT_EQ(status.head.state, State::completed);
  EXPECT_EQ(status.head.units_left, 0U);
  EXPECT_EQ(status.head.completed_ms, now_ms);
  EXPECT_EQ(status.head.error, ErrorCode::none);
  EXPECT_EQ(status.files[0].state, State::completed);
}

TEST_F(Ending, AProbeMayDoASmallDocumentWhole) {
  accept(1);
  auto& probe = units[0];
  claim(probe);
  do_pages(probe, 1, 3);
  const auto follow_up = end(probe, ended::Completed{.total_pages = 3, .outputs = {}});
  EXPECT_TRUE(follow_up.new_units.empty());
  EXPECT_EQ(status.head.state, State::completed);
  EXPECT_EQ(status.head.total_pages, 3U);
  EXPECT_EQ(status.files[0].total_pages, 3U);
  EXPECT_EQ(status.files[0].state, State::completed);
  EXPECT_EQ(status.head.units_left, 0U);
}

TEST_F(Ending, AProbeMayDoAllPagesAndLeaveTheAssembly) {
  accept(1);
  auto& probe = units[0];
  claim(probe);
  set_total_pages(status, probe, 2, now());
  do_pages(probe, 1, 2);
  EXPECT_EQ(status.files[0].state, State::completed);
  const auto follow_up = end(probe, ended::Probed{2, {}});
  ASSERT_EQ(follow_up.new_units.size(), 1U);
  EXPECT_EQ(follow_up.new_units[0].kind, UnitKind::assemble);
}

TEST_F(Ending, AProbeThatFindsTheTotalLastSettlesItsFile) {
  accept(2);
  claim(units[0]);
  do_pages(units[0], 1, 2);
  EXPECT_EQ(status.files[0].state, State::processing);
  end(units[0], ended::Probed{2, {}});
  EXPECT_EQ(status.files[0].state, State::completed);
  EXPECT_EQ(status.head.units_left, 1U);
}

TEST_F(Ending, PagesAProbeDidInAnEarlierTryAreNotDoneAgain) {
  accept(1);
  auto& probe = units[0];
  claim(probe);
  set_total_pages(status, probe, 10, now());
  do_pages(probe, 1, 5);
  EXPECT_TRUE(end(probe, ended::Failed{{ErrorCode::crashed, ""}}).unit_goes_on);
  claim(probe);
  const auto follow_up = end(probe, ended::Probed{10, {{1, 4}, {5, 8}, {9, 10}}});
  ASSERT_EQ(follow_up.new_units.size(), 2U);
  EXPECT_EQ(follow_up.new_units[0].first_page, 6U);
  EXPECT_EQ(follow_up.new_units[0].last_page, 8U);
  EXPECT_EQ(follow_up.new_units[1].first_page, 9U);
}

TEST_F(Ending, AProbeThatDidAllPagesInAnEarlierTryIsOver) {
  accept(1);
  auto& probe = units[0];
  claim(probe);
  do_pages(probe, 1, 3);
  EXPECT_TRUE(end(probe, ended::Released{}).unit_goes_on);
  claim(probe);
  const auto follow_up = end(probe, ended::Probed{3, {{1, 3}}});
  ASSERT_EQ(follow_up.new_units.size(), 1U);
  EXPECT_EQ(follow_up.new_units[0].kind, UnitKind::assemble);
}

}  // namespace
}  // namespace docket
