// How units end badly: refused, crashed, handed back, and children that do not keep to their task.
#include <gmock/gmock.h>

#include "job/progress/progress.h"
#include "job/progress/progress_fixture.h"

namespace docket {
namespace {

using testing::ElementsAre;

using Crashing = ProgressTest;
using HandingBack = ProgressTest;
using Distrusting = ProgressTest;

const Error crash{ErrorCode::crashed, "signal 11"};

TEST_F(Crashing, AUnitIsTriedAgain) {
  accept(2);
  claim(units[0]);
  const auto follow_up = end(units[0], ended::Failed{crash});
  EXPECT_TRUE(follow_up.unit_goes_on);
  EXPECT_TRUE(follow_up.new_units.empty());
  EXPECT_EQ(units[0].attempt, 2U);
  EXPECT_EQ(units[0].failures, 1U);
  EXPECT_EQ(status.head.state, State::processing) << "another unit may be running";
  EXPECT_EQ(status.head.units_left, 2U);
  claim(units[0]);
  EXPECT_EQ(status.head.attempts, 2U);
}

TEST_F(Crashing, TheOnlyUnitMakesTheJobPendingAgainWhileNoPageIsDone) {
  accept(1);
  claim(units[0]);
  const auto started = status.head.started_ms;
  end(units[0], ended::Failed{crash});
  EXPECT_EQ(status.head.state, State::pending);
  EXPECT_EQ(status.files[0].state, State::pending);
  claim(units[0]);
  EXPECT_EQ(status.head.state, State::processing);
  EXPECT_EQ(status.files[0].state, State::processing);
  EXPECT_EQ(status.head.started_ms, started);
}

TEST_F(Crashing, AJobWithAPageDoneStaysProcessing) {
  accept_with_ranges(2, {{1, 2}});
  claim(units[0]);
  do_pages(units[0], 1, 1);
  end(units[0], ended::Failed{crash});
  EXPECT_EQ(status.head.state, State::processing);
  EXPECT_EQ(units[0].first_page, 2U);
}

TEST_F(Crashing, AProbeOutOfTriesFailsItsFile) {
  accept(1);
  auto& probe = units[0];
  claim(probe);
  EXPECT_TRUE(end(probe, ended::Failed{crash}).unit_goes_on);
  claim(probe);
  EXPECT_FALSE(end(probe, ended::Failed{crash}).unit_goes_on);
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::crashed);
  EXPECT_EQ(status.detail, "signal 11 (given up after 2 tries)");
}

TEST_F(Crashing, OneTryIsOneTry) {
  accept(1);
  record.limits.attempts = 1;
  claim(units[0]);
  end(units[0], ended::Failed{crash});
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.detail, "signal 11 (given up after 1 try)");
}

TEST_F(Crashing, APageOutOfTriesIsGivenUpAndTheRangeGoesOn) {
  accept_with_ranges(6, {{1, 3}, {4, 6}});
  auto& range = units[0];
  claim(range);
  do_pages(range, 1, 1);
  EXPECT_TRUE(end(range, ended::Failed{crash}).unit_goes_on);
  claim(range);
  const auto follow_up = end(range, ended::Failed{{ErrorCode::timeout, "60 s"}});
  EXPECT_TRUE(follow_up.unit_goes_on);
  ASSERT_EQ(follow_up.given_up.size(), 1U);
  EXPECT_EQ(follow_up.given_up[0].page, 2U);
  EXPECT_EQ(follow_up.given_up[0].error, ErrorCode::timeout);
  EXPECT_EQ(follow_up.given_up[0].error_detail, "60 s (given up after 2 tries)");
  EXPECT_EQ(range.first_page, 3U);
  EXPECT_EQ(range.failures, 0U);
  EXPECT_EQ(range.attempt, 3U);
  EXPECT_EQ(status.head.processed_pages, 2U);
  EXPECT_EQ(status.head.failed_pages, 1U);
  ASSERT_EQ(status.warnings.size(), 1U);
  EXPECT_EQ(status.warnings[0].page, 2U);

  claim(range);
  do_pages(range, 3, 3);
  EXPECT_FALSE(end(range, ended::RangeDone{}).unit_goes_on);
  EXPECT_EQ(status.head.units_left, 1U);
}

TEST_F(Crashing, EachPageHasItsOwnTries) {
  accept_with_ranges(3, {{1, 3}});
  auto& range = units[0];
  for (std::uint32_t number = 1; number <= 3; ++number) {
    claim(range);
    const auto first = end(range, ended::Failed{crash});
    EXPECT_TRUE(first.unit_goes_on);
    EXPECT_TRUE(first.given_up.empty());
    claim(range);
    do_pages(range, number, number);
  }
  end(range, ended::RangeDone{});
  EXPECT_EQ(status.head.failed_pages, 0U);
  EXPECT_EQ(status.files[0].state, State::completed);
}

TEST_F(Crashing, TheLastPageOutOfTriesEndsTheRange) {
  accept_with_ranges(2, {{1, 2}});
  auto& range = units[0];
  claim(range);
  do_pages(range, 1, 1);
  end(range, ended::Failed{crash});
  claim(range);
  const auto follow_up = end(range, ended::Failed{crash});
  EXPECT_FALSE(follow_up.unit_goes_on);
  ASSERT_EQ(follow_up.new_units.size(), 1U);
  EXPECT_EQ(follow_up.new_units[0].kind, UnitKind::assemble);
  EXPECT_EQ(status.files[0].state, State::completed) << "one page of two is there";
}

TEST_F(Crashing, AfterTheLastPageItDoesNotMatter) {
  accept_with_ranges(2, {{1, 2}});
  claim(units[0]);
  do_pages(units[0], 1, 2);
  const auto follow_up = end(units[0], ended::Failed{crash});
  EXPECT_FALSE(follow_up.unit_goes_on);
  ASSERT_EQ(follow_up.new_units.size(), 1U);
  EXPECT_EQ(status.head.failed_pages, 0U);
}

TEST_F(Crashing, AnAssemblyOutOfTriesFailsTheJob) {
  accept_with_ranges(1, {{1, 1}});
  claim(units[0]);
  do_pages(units[0], 1, 1);
  auto assemble = end(units[0], ended::RangeDone{}).new_units.at(0);
  claim(assemble);
  EXPECT_TRUE(end(assemble, ended::Failed{{ErrorCode::out_of_memory, "1 GB"}}).unit_goes_on);
  EXPECT_EQ(status.head.state, State::processing);
  claim(assemble);
  EXPECT_FALSE(end(assemble, ended::Failed{{ErrorCode::out_of_memory, "1 GB"}}).unit_goes_on);
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::out_of_memory);
  EXPECT_EQ(status.files[0].state, State::completed) << "its pages were done";
}

TEST_F(Crashing, AnErrorWithoutACodeIsACrash) {
  accept(1);
  record.limits.attempts = 1;
  claim(units[0]);
  end(units[0], ended::Failed{});
  EXPECT_EQ(status.head.error, ErrorCode::crashed);
}

const ended::Failed too_much{{ErrorCode::timeout, "120 s"}, true};

TEST_F(Crashing, WhatWouldRepeatIsNotTriedAgainForOnePage) {
  accept_with_ranges(3, {{1, 1}, {2, 3}});
  claim(units[0]);
  auto follow_up = end(units[0], too_much);
  EXPECT_FALSE(follow_up.unit_goes_on);
  ASSERT_EQ(follow_up.given_up.size(), 1U);
  EXPECT_EQ(follow_up.given_up[0].error, ErrorCode::timeout);
  EXPECT_EQ(follow_up.given_up[0].error_detail, "120 s");

  // Of two pages it may have been either: the next try does them one by one.
  claim(units[1]);
  EXPECT_TRUE(end(units[1], too_much).unit_goes_on);
  claim(units[1]);
  do_pages(units[1], 2, 2);
  EXPECT_FALSE(end(units[1], too_much).unit_goes_on);
  EXPECT_EQ(status.files[0].failed_pages, 2U);
}

TEST_F(Crashing, AProbeThatWouldRepeatFailsTheFile) {
  accept(1);
  claim(units[0]);
  EXPECT_FALSE(end(units[0], too_much).unit_goes_on);
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::timeout);
}

TEST_F(Crashing, AProbeThatDoesPagesIsTriedAgainWhileSeveralAreLeft) {
  accept(1);
  claim(units[0]);
  set_total_pages(status, units[0], 3, now());
  EXPECT_TRUE(end(units[0], too_much).unit_goes_on);
}

TEST_F(HandingBack, IsNobodysFault) {
  accept(2);
  auto& probe = units[0];
  for (std::uint32_t i = 0; i < 100; ++i) {
    claim(probe);
    EXPECT_TRUE(end(probe, ended::Released{}).unit_goes_on);
  }
  EXPECT_EQ(probe.attempt, 101U);
  EXPECT_EQ(probe.failures, 0U);
  EXPECT_EQ(probe.setbacks, 0U);
  EXPECT_EQ(status.head.state, State::processing);
}

TEST_F(HandingBack, KeepsTheBadEndsThereWere) {
  accept_with_ranges(3, {{1, 3}});
  claim(units[0]);
  end(units[0], ended::Failed{crash});
  claim(units[0]);
  end(units[0], ended::Released{});
  EXPECT_EQ(units[0].failures, 1U);
  EXPECT_EQ(units[0].attempt, 3U);
}

TEST_F(HandingBack, ARangeThatIsDoneIsOver) {
  accept_with_ranges(3, {{1, 3}});
  claim(units[0]);
  do_pages(units[0], 1, 3);
  const auto follow_up = end(units[0], ended::Released{.owner_lost = true});
  EXPECT_FALSE(follow_up.unit_goes_on);
  EXPECT_EQ(follow_up.new_units.size(), 1U);
}

TEST_F(HandingBack, AUnitThatKillsItsWorkersWaitsLongerEachTime) {
  accept(1);
  auto& probe = units[0];
  std::vector<std::uint32_t> pauses;
  for (std::uint32_t i = 1; i <= 20; ++i) {
    claim(probe);
    EXPECT_TRUE(end(probe, ended::Released{.owner_lost = true}).unit_goes_on);
    EXPECT_EQ(probe.setbacks, i);
    pauses.push_back(pause(probe));
  }
  EXPECT_THAT(pauses, ElementsAre(0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 300, 300, 300, 300));
  EXPECT_EQ(status.head.state, State::pending) << "the machine's fault never ends a job";
  EXPECT_EQ(probe.failures, 0U);
}

TEST_F(HandingBack, WhatTheMachineLacksIsNoTry) {
  accept_with_ranges(2, {{1, 2}});
  auto& range = units[0];
  std::vector<std::uint32_t> pauses;
  for (int i = 0; i < 3; ++i) {
    claim(range);
    EXPECT_TRUE(end(range, ended::Postponed{{ErrorCode::io, "too many open files"}}).unit_goes_on);
    pauses.push_back(pause(range));
  }
  EXPECT_THAT(pauses, ElementsAre(1, 2, 4));
  EXPECT_EQ(range.failures, 0U);
  EXPECT_EQ(status.head.warning_count, 0U);
  range.not_before_s = 0;
  claim(range);
  do_pages(range, 1, 1);
  EXPECT_EQ(range.setbacks, 0U) << "it got on";
  end(range, ended::Released{});
  EXPECT_EQ(range.not_before_s, 0U);
}

TEST_F(Distrusting, AProbeWhosePagesAllFailedCompletesNothing) {
  accept(1);
  claim(units[0]);
  fail_page(units[0], 1, ErrorCode::too_many_pixels, "first");
  fail_page(units[0], 2, ErrorCode::timeout, "second");
  const auto follow_up = end(units[0], ended::Completed{.total_pages = 2, .outputs = {}});
  EXPECT_TRUE(follow_up.new_units.empty());
  EXPECT_EQ(status.head.state, State::failed);
  EXPECT_EQ(status.head.error, ErrorCode::too_many_pixels);
  EXPECT_EQ(status.detail, "first");
  EXPECT_EQ(status.files[0].state, State::failed);
}

TEST_F(Distrusting, ACompletionWithoutAllPagesIsABadEnd) {
  accept(1);
  claim(units[0]);
  do_pages(units[0], 1, 2);
  EXPECT_TRUE(end(units[0], ended::Completed{.total_pages = 3, .outputs = {}}).unit_goes_on);
  EXPECT_EQ(units[0].failures, 1U);
  EXPECT_FALSE(is_final(status.head.state));
}

TEST_F(Distrusting, AProbeOfOneFileDoesNotCompleteAJobOfTwo) {
  accept(2);
  claim(units[0]);
  do_pages(units[0], 1, 1);
  EXPECT_TRUE(end(units[0], ended::Completed{.total_pages = 1, .outputs = {}}).unit_goes_on);
  EXPECT_EQ(units[0].failures, 1U);
  EXPECT_FALSE(is_final(status.head.state));
}

TEST_F(Distrusting, ARangeThatSkippedAPageIsTriedAgain) {
  accept_with_ranges(3, {{1, 3}});
  claim(units[0]);
  do_pages(units[0], 1, 2);
  EXPECT_TRUE(end(units[0], ended::RangeDone{}).unit_goes_on);
  claim(units[0]);
  const auto follow_up = end(units[0], ended::RangeDone{});
  ASSERT_EQ(follow_up.given_up.size(), 1U);
  EXPECT_EQ(follow_up.given_up[0].page, 3U);
  EXPECT_EQ(follow_up.given_up[0].error_detail, "the engine ended without page 3 (given up after 2 tries)");
}

TEST_F(Distrusting, EndsOfAnotherKindOfUnitAreBadEnds) {
  accept(2);
  claim(units[0]);
  EXPECT_TRUE(end(units[0], ended::RangeDone{}).unit_goes_on);
  EXPECT_EQ(units[0].failures, 1U);

  auto range = end(units[1], ended::Probed{2, {{1, 2}}}).new_units.at(0);
  claim(range);
  EXPECT_TRUE(end(range, ended::Probed{2, {}}).unit_goes_on);
  EXPECT_EQ(range.failures, 1U);
  claim(range);
  const auto follow_up = end(range, ended::Completed{.total_pages = 2, .outputs = {}});
  EXPECT_EQ(follow_up.given_up.size(), 1U) << "its tries for page 1 are used up";
  EXPECT_FALSE(is_final(status.head.state));
}

TEST_F(Distrusting, RangesThatDoNotFitTheTotalAreABadEnd) {
  const std::vector<std::vector<PageRange>> wrong{
      {},                        // nothing is done, nothing left to do
      {{1, 9}},                  // too short
      {{1, 11}},                 // too long
      {{2, 10}},                 // the first is missing
      {{0, 10}},                 // pages count from 1
      {{1, 4}, {6, 10}},         // a gap
      {{1, 5}, {5, 10}},         // an overlap
      {{6, 10}, {1, 5}},         // not ascending
      {{1, 5}, {10, 6}},         // backwards
      {{1, 10}, {11, 4000000}},  // beyond the end
      {{1, UINT32_MAX}},
  };
  for (const auto& ranges : wrong) {
    accept(1);
    claim(units[0]);
    const auto follow_up = end(units[0], ended::Probed{10, ranges});
    EXPECT_TRUE(follow_up.unit_goes_on);
    EXPECT_TRUE(follow_up.new_units.empty());
    EXPECT_EQ(status.files[0].total_pages, 0U);
    EXPECT_EQ(status.head.units_left, 1U);
  }
}

TEST_F(Distrusting, TheGreatestTotalDoesNotWrapAround) {
  accept(1);
  record.limits.max_pages = UINT32_MAX;
  claim(units[0]);
  end(units[0], ended::Probed{UINT32_MAX, {{1, UINT32_MAX}}});
  EXPECT_EQ(status.head.error, ErrorCode::too_many_pages);
}

}  // namespace
}  // namespace docket
