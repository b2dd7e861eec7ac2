// Conformance: whose unit comes next, and what becomes of units whose job or holder goes.
#pragma once

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreQueue : public StoreConformance<Backend> {};
TYPED_TEST_SUITE_P(StoreQueue);

TYPED_TEST_P(StoreQueue, OneOwnersJobsComeInOrder) {
  auto& d = *this->driver;
  const std::vector<JobId> jobs{d.accept(), d.accept(), d.accept()};
  for (const auto& job : jobs) {
    EXPECT_EQ(d.claimed_job(), job);
  }
}

TYPED_TEST_P(StoreQueue, OwnersTakeTurns) {
  auto& d = *this->driver;
  const auto a1 = d.accept({.owner = "a"});
  const auto a2 = d.accept({.owner = "a"});
  const auto a3 = d.accept({.owner = "a"});
  const auto b1 = d.accept({.owner = "b"});
  const auto c1 = d.accept({.owner = "c"});
  const auto c2 = d.accept({.owner = "c"});
  std::vector<JobId> order;
  for (int i = 0; i < 6; ++i) {
    order.push_back(d.claimed_job());
  }
  EXPECT_THAT(order, testing::ElementsAre(a1, b1, c1, a2, c2, a3));
}

TYPED_TEST_P(StoreQueue, AnOwnerWhoComesLaterWaitsForOneTurnNotForAQueue) {
  auto& d = *this->driver;
  for (int i = 0; i < 50; ++i) {
    d.accept({.owner = "many"});
  }
  d.claim();
  const auto late = d.accept({.owner = "late"});
  const std::vector<JobId> next{d.claimed_job(), d.claimed_job()};
  EXPECT_THAT(next, testing::Contains(late));
}

TYPED_TEST_P(StoreQueue, LowPriorityNumbersComeFirst) {
  auto& d = *this->driver;
  const auto nine = d.accept({.owner = "a", .priority = 9});
  const auto five = d.accept({.owner = "b", .priority = 5});
  const auto zero = d.accept({.owner = "a", .priority = 0});
  const auto five2 = d.accept({.owner = "a", .priority = 5});
  std::vector<JobId> order;
  for (int i = 0; i < 4; ++i) {
    order.push_back(d.claimed_job());
  }
  EXPECT_THAT(order, testing::ElementsAre(zero, five, five2, nine));
}

TYPED_TEST_P(StoreQueue, WaitingJobsAge) {
  auto& d = *this->driver;
  constexpr std::int64_t minute = 60'000;
  const auto nine = d.accept({.owner = "a", .priority = 9});
  d.pass(8 * minute);
  const auto soon = d.accept({.owner = "b", .priority = 0});
  const auto five = d.accept({.owner = "c", .priority = 5});
  d.pass(minute);
  const auto late = d.accept({.owner = "b", .priority = 0});
  const std::vector<JobId> order{d.claimed_job(), d.claimed_job(), d.claimed_job(), d.claimed_job()};
  EXPECT_THAT(order, testing::ElementsAre(soon, nine, late, five));
}

TYPED_TEST_P(StoreQueue, NobodyStarvesUnderAStreamOfUrgentJobs) {
  auto& d = *this->driver;
  const auto patient = d.accept({.owner = "a", .priority = 7});
  for (int i = 0; i < 1000; ++i) {
    d.accept({.owner = "b", .priority = 0});
    d.pass(1000);
    if (d.claimed_job() == patient) {
      EXPECT_GE(i, 7 * 60 - 60) << "but not before its time";
      return;
    }
  }
  ADD_FAILURE() << "it never came";
}

TYPED_TEST_P(StoreQueue, PoolsDoNotMix) {
  auto& d = *this->driver;
  const auto first = d.accept({.pool = 0});
  const auto second = d.accept({.pool = 1});
  const auto last = d.accept({.pool = 255});
  EXPECT_EQ(d.counts(0).waiting_units, 1U);
  EXPECT_EQ(d.counts(1).waiting_units, 1U);
  EXPECT_EQ(d.claimed_job(worker(1), 1), second);
  EXPECT_EQ(d.claimed_job(worker(1), 1), JobId{});
  EXPECT_EQ(d.claimed_job(worker(1), 254), JobId{});
  EXPECT_EQ(d.claimed_job(worker(1), 255), last);
  EXPECT_EQ(d.claimed_job(worker(1), 0), first);
  EXPECT_EQ(d.counts(1).accepted, 1U);
  EXPECT_EQ(d.counts(1).started, 1U);
}

TYPED_TEST_P(StoreQueue, AUnitThatGoesBackKeepsItsPlace) {
  auto& d = *this->driver;
  const auto first = d.accept();
  const auto second = d.accept();
  const auto held = d.claim();
  ASSERT_EQ(held->unit.job, first);
  auto back = d.end_change(*held, ended::Released{});
  ASSERT_TRUE(d.commit(back).result);
  EXPECT_TRUE(back.queued);
  EXPECT_EQ(d.claimed_job(), first);
  EXPECT_EQ(d.claimed_job(), second);
}

TYPED_TEST_P(StoreQueue, ARemovedJobIsGone) {
  auto& d = *this->driver;
  const auto id = d.accept({.owner = "ann", .files = 2, .fields = "{}", .expire_ms = 99});
  const auto next = d.accept({.owner = "ann"});
  const auto removed = d.remove(id, "ann");
  ASSERT_TRUE(removed.result);
  EXPECT_EQ(removed.result->head.state, State::pending);
  EXPECT_EQ(removed.result->files.size(), 2U);
  EXPECT_TRUE(removed.output_files.empty());
  EXPECT_EQ(code_of(d.see(id)), ErrorCode::not_found);
  EXPECT_EQ(code_of(d.reader().record(id)), ErrorCode::not_found);
  EXPECT_THAT(d.list(), testing::ElementsAre(next));
  EXPECT_THAT(d.list({.owner = "ann"}), testing::ElementsAre(next));
  EXPECT_EQ(d.counts().waiting_units, 1U);
  EXPECT_EQ(d.counts().started, 1U) << "it does not stand before anyone any more";
  EXPECT_EQ(d.claimed_job(), next);
  EXPECT_EQ(code_of(d.remove(id).result), ErrorCode::not_found);
}

TYPED_TEST_P(StoreQueue, OnlyItsOwnerRemovesAJob) {
  auto& d = *this->driver;
  const auto id = d.accept({.owner = "ann"});
  EXPECT_EQ(code_of(d.remove(id, "ben").result), ErrorCode::not_found);
  EXPECT_EQ(code_of(d.remove(id, "").result), ErrorCode::not_found);
  EXPECT_EQ(d.head(id).state, State::pending);
  EXPECT_TRUE(d.remove(id, "ann").result);
}

TYPED_TEST_P(StoreQueue, ARunningUnitOfARemovedJobHasLostItsLease) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 4, 2));
  const auto range = d.claim(worker(3));
  ASSERT_TRUE(d.record(*range, {range->page(1)}));
  const auto removed = d.remove(id);
  ASSERT_TRUE(removed.result);
  EXPECT_EQ(removed.result->head.state, State::processing);
  EXPECT_EQ(code_of(d.record(*range, {range->page(2)})), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(d.complete_range(*range)), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(d.reader().page(id, 0, 1)), ErrorCode::not_found);
  EXPECT_FALSE(d.claim());
  EXPECT_TRUE(d.holders().empty());
  EXPECT_EQ(d.counts().waiting_units, 0U);
}

TYPED_TEST_P(StoreQueue, RemovingTellsTheContainers) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto probe = d.claim();
  auto page = probe->page(1);
  page.outputs.output_file = {.pages = false, .seq = 77, .attempt = 2};
  ASSERT_TRUE(d.record(*probe, {page, probe->page(2)}, 3));
  page.page = 3;
  ASSERT_TRUE(d.end(*probe, ended::Completed{.total_pages = 3, .outputs = probe->outputs()}, {page}));
  const auto removed = d.remove(id);
  ASSERT_TRUE(removed.result);
  EXPECT_EQ(removed.result->head.state, State::completed);
  EXPECT_THAT(removed.output_files,
              testing::UnorderedElementsAre(page.outputs.output_file, probe->outputs().output_file));
  EXPECT_EQ(code_of(d.reader().outputs(id)), ErrorCode::not_found);
}

TYPED_TEST_P(StoreQueue, UnitsOfADeadHolderComeAgain) {
  auto& d = *this->driver;
  const auto first = d.accept({.owner = "a"});
  const auto second = d.accept({.owner = "b"});
  const auto third = d.accept({.owner = "c"});
  const auto held1 = d.claim(worker(1));
  const auto held2 = d.claim(worker(2));
  const auto held3 = d.claim(worker(1));
  ASSERT_EQ(held3->unit.job, third);
  const auto recovered = d.recover(worker(1));
  ASSERT_TRUE(recovered);
  EXPECT_EQ(*recovered, 2U);
  EXPECT_THAT(d.holders(), testing::ElementsAre(worker(2)));
  EXPECT_EQ(code_of(d.complete_small(*held1)), ErrorCode::lease_lost);
  EXPECT_EQ(d.head(first).state, State::pending);
  EXPECT_EQ(d.head(second).state, State::processing);
  const auto again = d.claim(worker(4));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->unit.attempt, 2U);
  EXPECT_THAT((std::vector{again->unit.job, d.claimed_job(worker(4))}), testing::UnorderedElementsAre(first, third));
  EXPECT_FALSE(d.claim(worker(4)));
  EXPECT_TRUE(d.complete_small(*held2));
}

TYPED_TEST_P(StoreQueue, RecoveringNobodyIsNothing) {
  auto& d = *this->driver;
  d.accept();
  d.claim(worker(1));
  const auto recovered = d.recover(worker(9));
  ASSERT_TRUE(recovered);
  EXPECT_EQ(*recovered, 0U);
  EXPECT_THAT(d.holders(), testing::ElementsAre(worker(1)));
}

TYPED_TEST_P(StoreQueue, ADeadHolderMayHaveHeldSeveralUnitsOfOneJob) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 6, 2));
  const auto one = d.claim(worker(1));
  const auto two = d.claim(worker(1));
  const auto three = d.claim(worker(2));
  ASSERT_TRUE(d.record(*one, {one->page(1)}));
  ASSERT_EQ(*d.recover(worker(1)), 2U);
  EXPECT_EQ(d.head(id).units_left, 3U);
  EXPECT_EQ(d.head(id).processed_pages, 1U) << "what was recorded stays";
  const auto again = d.claim(worker(3));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->unit.first_page, 2U) << "it goes on after the page that was recorded";
  ASSERT_TRUE(d.complete_range(*again));
  ASSERT_TRUE(d.complete_range(*d.claim(worker(3))));
  ASSERT_TRUE(d.complete_range(*three));
  ASSERT_TRUE(d.assemble(*d.claim(worker(3))));
  EXPECT_EQ(d.head(id).state, State::completed);
}

TYPED_TEST_P(StoreQueue, AUnitThatKillsItsWorkersWaitsForAWhile) {
  auto& d = *this->driver;
  const auto id = d.accept();
  for (std::uint32_t i = 0; i <= free_losses; ++i) {
    ASSERT_TRUE(d.claim(worker(1))) << i;
    ASSERT_EQ(*d.recover(worker(1)), 1U);
  }
  EXPECT_EQ(d.counts().waiting_units, 1U);
  EXPECT_FALSE(d.claim(worker(1)));
  const auto other = d.accept();
  EXPECT_EQ(d.claim(worker(1))->unit.job, other) << "nobody waits for it";
  d.pass(2000);
  const auto again = d.claim(worker(1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->unit.job, id);
  EXPECT_EQ(again->unit.not_before_s, 0U);
  EXPECT_EQ(again->unit.setbacks, free_losses + 1);
  ASSERT_TRUE(d.complete_small(*again));
  EXPECT_EQ(d.head(id).state, State::completed);
}

TYPED_TEST_P(StoreQueue, UnitsThatWaitForTheirTimeGoWithTheirJob) {
  auto& d = *this->driver;
  const auto gone = d.accept();
  const auto cancelled = d.accept();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(d.end(*d.claim(), ended::Postponed{{ErrorCode::io, "no descriptors"}}));
  }
  EXPECT_EQ(d.counts().waiting_units, 2U);
  ASSERT_TRUE(d.remove(gone).result);
  ASSERT_TRUE(d.cancel(cancelled));
  EXPECT_EQ(d.counts().waiting_units, 0U);
  d.pass(10'000);
  EXPECT_FALSE(d.claim());
}

TYPED_TEST_P(StoreQueue, UnitsComeBackToTheirPlaceInTime) {
  auto& d = *this->driver;
  const auto first = d.accept();
  ASSERT_TRUE(d.end(*d.claim(), ended::Postponed{{ErrorCode::io, "no descriptors"}}));
  const auto second = d.accept();
  d.pass(5'000);
  EXPECT_EQ(d.claim()->unit.job, first);
  EXPECT_EQ(d.claim()->unit.job, second);
}

TYPED_TEST_P(StoreQueue, AClockThatIsSetBackKeepsNoUnitWaiting) {
  auto& d = *this->driver;
  constexpr std::int64_t month_ms = 30LL * 86'400'000;
  d.pass(month_ms);
  const auto id = d.accept();
  ASSERT_TRUE(d.end(*d.claim(), ended::Postponed{{ErrorCode::io, "no descriptors"}}));
  d.pass(-month_ms);
  EXPECT_EQ(d.claim()->unit.job, id);
}

TYPED_TEST_P(StoreQueue, CountsTellThePlaceInTheQueue) {
  auto& d = *this->driver;
  const auto first = d.accept();
  const auto second = d.accept();
  const auto third = d.accept();
  EXPECT_EQ(d.head(first).accept_no, 0U);
  EXPECT_EQ(d.head(third).accept_no, 2U);
  const auto before = [&](const JobId& id) { return d.head(id).accept_no - d.counts().started; };
  EXPECT_EQ(before(third), 2U);
  const auto held = d.claim();
  EXPECT_EQ(before(third), 1U);
  ASSERT_TRUE(d.end(*held, ended::Released{}));
  d.claim();
  EXPECT_EQ(before(third), 1U) << "a job is taken up once";
  d.remove(second);
  EXPECT_EQ(before(third), 0U);
  d.remove(first);
  EXPECT_EQ(before(third), 0U) << "that one had been taken up";
}

TYPED_TEST_P(StoreQueue, TheTimeBetweenStartsIsMeasuredWhileJobsWait) {
  auto& d = *this->driver;
  for (int i = 0; i < 20; ++i) {
    d.accept();
  }
  d.claim();
  EXPECT_EQ(d.counts().start_interval_us, 0U) << "one start is no interval";
  for (int i = 0; i < 10; ++i) {
    d.pass(1990);
    d.claim();
  }
  EXPECT_EQ(d.counts().start_interval_us, 2'000'000U);
  for (int i = 0; i < 9; ++i) {
    d.pass(90);
    d.claim();
  }
  const auto faster = d.counts().start_interval_us;
  EXPECT_LT(faster, 1'000'000U);
  EXPECT_EQ(d.counts().last_start_ms, 0) << "nobody waits any more";
  d.pass(3'600'000);
  d.accept();
  d.claim();
  EXPECT_EQ(d.counts().start_interval_us, faster) << "an hour without work is no slow hour";
}

REGISTER_TYPED_TEST_SUITE_P(StoreQueue, TheTimeBetweenStartsIsMeasuredWhileJobsWait, WaitingJobsAge,
                            NobodyStarvesUnderAStreamOfUrgentJobs, OneOwnersJobsComeInOrder, OwnersTakeTurns,
                            AnOwnerWhoComesLaterWaitsForOneTurnNotForAQueue, LowPriorityNumbersComeFirst, PoolsDoNotMix,
                            AUnitThatGoesBackKeepsItsPlace, ARemovedJobIsGone, OnlyItsOwnerRemovesAJob,
                            ARunningUnitOfARemovedJobHasLostItsLease, RemovingTellsTheContainers,
                            UnitsOfADeadHolderComeAgain, RecoveringNobodyIsNothing,
                            ADeadHolderMayHaveHeldSeveralUnitsOfOneJob, AUnitThatKillsItsWorkersWaitsForAWhile,
                            UnitsThatWaitForTheirTimeGoWithTheirJob, UnitsComeBackToTheirPlaceInTime,
                            AClockThatIsSetBackKeepsNoUnitWaiting, CountsTellThePlaceInTheQueue);

}  // namespace docket
