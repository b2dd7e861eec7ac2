// Conformance: commands that are refused, limited or sent twice, and those that end a job from outside.
#pragma once

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreCommands : public StoreConformance<Backend> {};
TYPED_TEST_SUITE_P(StoreCommands);

TYPED_TEST_P(StoreCommands, ARefusedChangeLeavesNoTraceAndTheOthersAlone) {
  auto& d = *this->driver;
  const auto id = d.accept({.owner = "ann"});
  const auto held = d.claim();
  const auto before = d.head(id);
  // Pages that are not the unit's next ones.
  EXPECT_EQ(code_of(d.record(*held, {held->page(2)}, 5)), ErrorCode::illegal_change);
  EXPECT_EQ(code_of(d.end(*held, ended::RangeDone{}, {held->page(4)})), ErrorCode::illegal_change);
  EXPECT_EQ(d.head(id), before) << "not even the total";
  EXPECT_EQ(code_of(d.reader().page(id, 0, 2)), ErrorCode::not_found);

  auto accept = d.new_job();
  auto wrong = d.end_change(*held, ended::RangeDone{}, {held->page(4)});
  RemoveJob remove{.job = JobId::make(5), .owner = std::nullopt, .now_ms = d.now()};
  auto right = d.end_change(*held, ended::Completed{.total_pages = 1, .outputs = held->outputs()}, {held->page(1)});
  d.commit_all({&accept, &wrong, &remove, &right});
  EXPECT_TRUE(accept.result);
  EXPECT_EQ(code_of(wrong.result), ErrorCode::illegal_change);
  EXPECT_EQ(code_of(remove.result), ErrorCode::not_found);
  EXPECT_TRUE(right.result);
  EXPECT_EQ(d.head(id).state, State::completed);
  EXPECT_EQ(d.head(accept.record.id).state, State::pending);
}

TYPED_TEST_P(StoreCommands, ChangesOfOneCommitAreMadeInOrder) {
  auto& d = *this->driver;
  auto accept = d.new_job();
  ClaimUnit none{.holder = worker(1), .pool = 0, .now_ms = d.now()};
  ClaimUnit one{.holder = worker(1), .pool = 0, .now_ms = d.now()};
  RemoveJob remove{.job = accept.record.id, .owner = std::nullopt, .now_ms = d.now()};
  ClaimUnit gone{.holder = worker(1), .pool = 0, .now_ms = d.now()};
  d.commit_all({&none, &accept, &one, &remove, &gone});
  ASSERT_TRUE(none.result && accept.result && one.result && remove.result && gone.result);
  EXPECT_FALSE(*none.result);
  ASSERT_TRUE(*one.result);
  EXPECT_EQ((*one.result)->unit.job, accept.record.id);
  EXPECT_EQ(remove.result->head.state, State::processing);
  EXPECT_FALSE(*gone.result);
}

TYPED_TEST_P(StoreCommands, ACommitOfNothingIsNothing) {
  auto& d = *this->driver;
  d.commit_all({});
  EXPECT_TRUE(d.list().empty());
}

TYPED_TEST_P(StoreCommands, ACancelledJobHasFailedAndNothingOfItIsLeftToDo) {
  auto& d = *this->driver;
  const auto waiting = d.accept({.files = 2});
  const auto cancelled = d.cancel(waiting);
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->head.state, State::failed);
  EXPECT_EQ(cancelled->head.error, ErrorCode::cancelled);
  EXPECT_EQ(cancelled->files[1].state, State::failed);
  EXPECT_EQ(cancelled->files[1].error, ErrorCode::cancelled);
  EXPECT_EQ(d.claim(), std::nullopt);

  const auto running = d.accept();
  const auto probe = d.claim();
  ASSERT_TRUE(d.probed(*probe, 4, 2));
  const auto range = d.claim();
  ASSERT_TRUE(d.record(*range, range->pages_from(1, 1)));
  ASSERT_TRUE(d.cancel(running));
  EXPECT_EQ(d.complete_range(*range).error().code, ErrorCode::lease_lost);
  EXPECT_EQ(d.claim(), std::nullopt);
  EXPECT_EQ(d.see(running)->head.processed_pages, 1U);
}

TYPED_TEST_P(StoreCommands, WhatIsFinalIsNotCancelled) {
  auto& d = *this->driver;
  const auto job = d.accept();
  ASSERT_TRUE(d.complete_small(*d.claim()));
  const auto before = d.see(job)->head;
  const auto status = d.cancel(job);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->head.state, State::completed);
  EXPECT_EQ(d.see(job)->head, before) << "not even its change number moves";
}

TYPED_TEST_P(StoreCommands, OnlyTheOwnersJobsAreCancelled) {
  auto& d = *this->driver;
  const auto job = d.accept({.owner = "ann"});
  EXPECT_EQ(d.cancel(job, "ben").error().code, ErrorCode::not_found);
  EXPECT_EQ(d.cancel(JobId{}).error().code, ErrorCode::not_found);
  EXPECT_EQ(d.see(job)->head.state, State::pending);
  EXPECT_TRUE(d.cancel(job, "ann"));
}

TYPED_TEST_P(StoreCommands, AConditionIsJudgedWithinTheChange) {
  auto& d = *this->driver;
  const auto job = d.accept({.owner = "ann"});
  const auto before = d.see(job)->head;
  std::vector<std::uint64_t> asked;
  const Condition never = [&asked](std::uint64_t change) -> Result<void> {
    asked.push_back(change);
    return fail(ErrorCode::precondition_failed, "no");
  };
  CancelJob cancel{.job = job, .owner = "ann", .now_ms = d.now(), .condition = never};
  RemoveJob remove{.job = job, .owner = "ann", .now_ms = d.now(), .condition = never};
  EXPECT_EQ(d.commit(cancel).result.error().code, ErrorCode::precondition_failed);
  EXPECT_EQ(d.commit(remove).result.error().code, ErrorCode::precondition_failed);
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{before.change, before.change}));
  EXPECT_EQ(d.see(job)->head, before);
  remove.owner = "ben";
  EXPECT_EQ(d.commit(remove).result.error().code, ErrorCode::not_found) << "others learn nothing by a condition";

  cancel.condition = [&](std::uint64_t change) -> Result<void> {
    return change == before.change ? Result<void>() : fail(ErrorCode::precondition_failed, "changed");
  };
  EXPECT_TRUE(d.commit(cancel).result);
  EXPECT_EQ(d.commit(cancel).result.error().code, ErrorCode::precondition_failed) << "it is another state now";
}

TYPED_TEST_P(StoreCommands, ACancelledJobSaysWhy) {
  auto& d = *this->driver;
  const auto one = d.accept({});
  const auto other = d.accept({});
  CancelJob cancel{.job = one, .owner = {}, .now_ms = d.now(), .why = "nobody waits"};
  ASSERT_TRUE(d.commit(cancel).result);
  EXPECT_EQ(cancel.result->detail, "nobody waits");
  EXPECT_EQ(d.head(one).error, ErrorCode::cancelled);
  EXPECT_EQ(d.cancel(other)->detail, "The job was cancelled.");
}

TYPED_TEST_P(StoreCommands, ASecretIsHandedOutUntilTheJobIsFinal) {
  auto& d = *this->driver;
  const auto job = d.accept({.secret = "sealed"});
  const auto probe = d.claim();
  EXPECT_EQ(probe->secret, "sealed");
  ASSERT_TRUE(d.probed(*probe, 2, 1));
  const auto first = d.claim();
  EXPECT_EQ(first->secret, "sealed");
  EXPECT_TRUE(d.complete_range(*first));
  EXPECT_TRUE(d.complete_range(*d.claim()));
  EXPECT_NE(d.see(job)->head.has_secret, 0);
  EXPECT_TRUE(d.assemble(*d.claim()));
  EXPECT_EQ(d.see(job)->head.has_secret, 0);

  const auto cancelled = d.accept({.secret = "sealed"});
  ASSERT_TRUE(d.cancel(cancelled));
  EXPECT_EQ(d.see(cancelled)->head.has_secret, 0);
  d.remove(d.accept({.secret = "sealed"}));  // the check at the end finds what would be left
  EXPECT_EQ(d.claim(), std::nullopt);
}

TYPED_TEST_P(StoreCommands, AQueueTakesSoManyUnfinishedJobs) {
  auto& d = *this->driver;
  const StoreLimits limits{.jobs = 3, .per_owner = 2};
  const auto refused = [&](const std::string& owner) {
    auto change = d.new_job({.owner = owner, .limits = limits});
    return d.commit(change).result ? ErrorCode::none : change.result.error().code;
  };
  EXPECT_EQ(refused("ann"), ErrorCode::none);
  EXPECT_EQ(refused("ann"), ErrorCode::none);
  EXPECT_EQ(refused("ann"), ErrorCode::owner_queue_full);
  EXPECT_EQ(refused("bob"), ErrorCode::none);
  EXPECT_EQ(refused("eve"), ErrorCode::queue_full);
  const auto probe = d.claim();
  EXPECT_EQ(refused("eve"), ErrorCode::queue_full) << "what runs counts, too";
  ASSERT_TRUE(d.complete_small(*probe));
  EXPECT_EQ(refused("ann"), ErrorCode::none) << "what is final does not";
}

TYPED_TEST_P(StoreCommands, BytesAreCountedAndLimited) {
  auto& d = *this->driver;
  EXPECT_EQ(d.reader().stored_bytes().value(), 0U);
  const auto job = d.accept({.files = 2});  // 1000 + 1001
  EXPECT_EQ(d.reader().stored_bytes().value(), 2001U);
  auto large = d.new_job({.limits = {.bytes = 3000}});  // the environment has more than the 999 left
  EXPECT_EQ(d.commit(large).result.error().code, ErrorCode::store_full);
  for (int file = 0; file < 2; ++file) {
    ASSERT_TRUE(d.probed(*d.claim(), 1, 1));
  }
  EXPECT_TRUE(d.complete_range(*d.claim()));
  EXPECT_TRUE(d.complete_range(*d.claim()));
  EXPECT_EQ(d.reader().stored_bytes().value(), 2003U) << "a byte a page";
  EXPECT_TRUE(d.assemble(*d.claim()));
  EXPECT_EQ(d.reader().stored_bytes().value(), 2013U);
  const auto dropped = d.accept({.keep_input = false});
  ASSERT_TRUE(d.complete_small(*d.claim()));
  EXPECT_EQ(d.reader().stored_bytes().value(), 2013U + 11U) << "its results, but not its upload";
  EXPECT_EQ(d.see(dropped)->head.input_gone, 1);
  d.remove(job);
  d.remove(dropped);
  EXPECT_EQ(d.reader().stored_bytes().value(), 0U);
}

TYPED_TEST_P(StoreCommands, FinalJobsExpire) {
  auto& d = *this->driver;
  const auto kept = d.accept();
  const auto soon = d.accept({.expire_ms = 100, .keep_input = false});
  const auto later = d.accept({.expire_ms = 5000});
  EXPECT_EQ(d.see(soon)->head.expires_ms, 0) << "time runs from its end on";
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(d.complete_small(*d.claim()));
  }
  ASSERT_TRUE(d.cancel(later));
  const auto head = d.see(soon)->head;
  EXPECT_EQ(head.expires_ms, head.completed_ms + 100);
  EXPECT_EQ(d.see(kept)->head.expires_ms, 0);
  const auto end = d.see(later)->head.expires_ms;
  EXPECT_EQ(d.see(later)->head.input_gone, 0) << "what failed can be looked into";
  EXPECT_EQ(d.reader().expired(head.expires_ms - 1, 10).value(), std::vector<JobId>{});
  EXPECT_EQ(d.reader().expired(head.expires_ms, 10).value(), std::vector<JobId>{soon});
  EXPECT_EQ(d.reader().expired(end, 10).value(), (std::vector<JobId>{soon, later}));
  EXPECT_EQ(d.reader().expired(end, 1).value(), std::vector<JobId>{soon});
  d.remove(soon);
  EXPECT_EQ(d.reader().expired(end, 10).value(), std::vector<JobId>{later});
}

TYPED_TEST_P(StoreCommands, ARequestThatComesAgainMakesNoSecondJob) {
  auto& d = *this->driver;
  IdempotentRequest once;
  once.key.bytes.fill(7);
  once.content.fill(1);
  const auto job = d.accept({.limits = {.jobs = 1}, .idempotent = once});
  auto again = d.new_job({.limits = {.jobs = 1}, .idempotent = once});
  ASSERT_TRUE(d.commit(again).result) << "a job that there is needs no room";
  EXPECT_EQ(again.known, job);
  EXPECT_FALSE(d.see(again.record.id));
  auto other = once;
  other.content.fill(2);
  auto refused = d.new_job({.idempotent = other});
  EXPECT_EQ(d.commit(refused).result.error().code, ErrorCode::key_reused);
  ASSERT_TRUE(d.complete_small(*d.claim()));
  EXPECT_EQ(d.commit(again).known, job) << "as long as the job is there";
  d.remove(job);
  auto anew = d.new_job({.idempotent = other});
  ASSERT_TRUE(d.commit(anew).result);
  EXPECT_EQ(anew.known, std::nullopt);
  EXPECT_TRUE(d.see(anew.record.id));
}

TYPED_TEST_P(StoreCommands, TheSameKeyTwiceInOneCommitMakesOneJob) {
  auto& d = *this->driver;
  const IdempotentRequest once{};
  auto first = d.new_job({.idempotent = once});
  auto second = d.new_job({.idempotent = once});
  d.commit_all({&first, &second});
  EXPECT_EQ(first.known, std::nullopt);
  EXPECT_EQ(second.known, first.record.id);
}

REGISTER_TYPED_TEST_SUITE_P(StoreCommands, ARefusedChangeLeavesNoTraceAndTheOthersAlone,
                            ChangesOfOneCommitAreMadeInOrder, ACommitOfNothingIsNothing,
                            ACancelledJobHasFailedAndNothingOfItIsLeftToDo, WhatIsFinalIsNotCancelled,
                            OnlyTheOwnersJobsAreCancelled, AConditionIsJudgedWithinTheChange, ACancelledJobSaysWhy,
                            ASecretIsHandedOutUntilTheJobIsFinal, AQueueTakesSoManyUnfinishedJobs,
                            BytesAreCountedAndLimited, FinalJobsExpire, ARequestThatComesAgainMakesNoSecondJob,
                            TheSameKeyTwiceInOneCommitMakesOneJob);

}  // namespace docket
