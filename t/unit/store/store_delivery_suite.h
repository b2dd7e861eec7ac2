// Conformance: callbacks wait from the moment a job is final, whatever ended it, until they are delivered or given up.
#pragma once

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreDelivery : public StoreConformance<Backend> {};
TYPED_TEST_SUITE_P(StoreDelivery);

TYPED_TEST_P(StoreDelivery, ACallbackWaitsFromTheEndOfItsJobOn) {
  auto& d = *this->driver;
  const auto told = d.accept({.callback = callback_to("one.example")});
  const auto quiet = d.accept();
  EXPECT_EQ(d.next_delivery(), std::nullopt) << "it is not final";
  EXPECT_EQ(d.delivery(told), std::nullopt);
  EXPECT_TRUE(d.take().empty());
  ASSERT_TRUE(d.complete_small(*d.claim()));
  ASSERT_TRUE(d.complete_small(*d.claim()));
  EXPECT_EQ(d.next_delivery(), d.head(told).completed_ms);
  EXPECT_EQ(d.delivery(quiet), std::nullopt);
  const auto taken = d.take(worker(3));
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].job, told);
  EXPECT_EQ(taken[0].callback, callback_to("one.example"));
  EXPECT_EQ(taken[0].delivery, d.delivery(told));
  EXPECT_EQ(taken[0].delivery.state, DeliveryState::sending);
  EXPECT_EQ(taken[0].delivery.holder, worker(3));
  EXPECT_TRUE(d.take(worker(4)).empty()) << "nobody else gets it";
  EXPECT_TRUE(d.end_try(taken[0], 200));
  EXPECT_EQ(d.delivery(told)->state, DeliveryState::delivered);
  EXPECT_EQ(d.next_delivery(), std::nullopt);
}

TYPED_TEST_P(StoreDelivery, EveryEndOfAJobIsTold) {
  auto& d = *this->driver;
  const JobSpec spec{.callback = callback_to("one.example")};
  std::vector<JobId> jobs;
  jobs.push_back(d.accept(spec));
  ASSERT_TRUE(d.complete_small(*d.claim()));
  jobs.push_back(d.accept(spec));
  ASSERT_TRUE(d.end(*d.claim(), ended::Refused{{ErrorCode::encrypted, "x"}}));
  jobs.push_back(d.accept(spec));
  ASSERT_TRUE(d.cancel(jobs.back()));
  ASSERT_TRUE(d.cancel(jobs.back())) << "told once";
  jobs.push_back(d.accept(spec));
  FailJob lost{.job = jobs.back(), .error = {ErrorCode::corrupt, "x"}, .now_ms = d.now()};
  ASSERT_TRUE(d.commit(lost).result);
  jobs.push_back(d.accept({.files = 0, .callback = spec.callback}));  // over before it began
  jobs.push_back(d.accept(spec));
  ASSERT_TRUE(d.end(*d.claim(), ended::Failed{{ErrorCode::out_of_memory, "x"}, true}));
  std::vector<JobId> told;
  for (const auto& taken : d.take()) {
    told.push_back(taken.job);
  }
  EXPECT_THAT(told, testing::UnorderedElementsAreArray(jobs));
}

TYPED_TEST_P(StoreDelivery, AJobThatIsCompletedAtOnceIsTold) {
  auto& d = *this->driver;
  d.accept({.fingerprint = Sha256{7}});
  ASSERT_TRUE(d.complete_small(*d.claim()));
  const auto linked = d.accept_linked({.fingerprint = Sha256{7}, .callback = callback_to("one.example")});
  ASSERT_TRUE(linked.result);
  ASSERT_EQ(d.take().size(), 1U);
  EXPECT_EQ(d.delivery(linked.record.id)->state, DeliveryState::sending);
}

TYPED_TEST_P(StoreDelivery, WhatFailsIsTriedAgainUntilNoTryIsLeft) {
  auto& d = *this->driver;
  const auto id = d.accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(d.cancel(id));
  auto change = d.end_try_change(d.take().at(0), 500);
  d.commit(change);
  EXPECT_EQ(d.next_delivery(), change.now_ms + 1000);
  EXPECT_TRUE(d.take().empty()) << "not yet";
  d.pass(1000);
  ASSERT_TRUE(d.end_try(d.take().at(0), 500));
  d.pass(60'000);
  ASSERT_TRUE(d.end_try(d.take().at(0), 500));
  EXPECT_EQ(d.delivery(id)->state, DeliveryState::failed);
  EXPECT_EQ(d.delivery(id)->last.size(), 3U);
  EXPECT_EQ(d.next_delivery(), std::nullopt);
}

TYPED_TEST_P(StoreDelivery, WhatIsHandedBackWaitsAsIfNothingHadBeen) {
  auto& d = *this->driver;
  const auto id = d.accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(d.cancel(id));
  auto change = d.end_try_change(d.take().at(0), 500);
  change.attempt.reset();
  ASSERT_TRUE(d.commit(change).result);
  EXPECT_TRUE(d.delivery(id)->last.empty());
  EXPECT_EQ(d.take().size(), 1U);
}

TYPED_TEST_P(StoreDelivery, OnlyWhoHoldsATryEndsIt) {
  auto& d = *this->driver;
  const auto id = d.accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(d.cancel(id));
  const auto taken = d.take(worker(1)).at(0);
  auto others = taken;
  others.delivery.holder = worker(2);
  EXPECT_EQ(code_of(d.end_try(others, 200)), ErrorCode::lease_lost);
  ASSERT_TRUE(d.recover(worker(1)));
  EXPECT_EQ(code_of(d.end_try(taken, 200)), ErrorCode::lease_lost);
  ASSERT_EQ(d.take(worker(1)).size(), 1U);
  EXPECT_EQ(code_of(d.end_try(taken, 200)), ErrorCode::lease_lost) << "that was another try";
}

TYPED_TEST_P(StoreDelivery, WhatADeadSenderHadIsSentByAnother) {
  auto& d = *this->driver;
  const auto id = d.accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(d.cancel(id));
  ASSERT_EQ(d.take(worker(7)).size(), 1U);
  EXPECT_THAT(d.holders(), testing::ElementsAre(worker(7)));
  d.accept();
  ASSERT_TRUE(d.claim(worker(7)));
  EXPECT_THAT(d.holders(), testing::ElementsAre(worker(7)));
  EXPECT_EQ(d.recover(worker(7)).value_or(9), 1U) << "units are counted";
  EXPECT_TRUE(d.holders().empty());
  const auto again = d.take(worker(8));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].delivery.tries, 0U) << "no try is lost by it";
  EXPECT_TRUE(d.end_try(again[0], 204));
}

TYPED_TEST_P(StoreDelivery, WhatKillsItsSendersIsGivenUp) {
  auto& d = *this->driver;
  const auto id = d.accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(d.cancel(id));
  for (std::uint32_t i = 0; i <= max_senders_lost; ++i) {
    ASSERT_EQ(d.take(worker(7)).size(), 1U);
    ASSERT_TRUE(d.recover(worker(7)));
  }
  EXPECT_TRUE(d.take().empty());
  EXPECT_EQ(d.delivery(id)->state, DeliveryState::failed);
}

TYPED_TEST_P(StoreDelivery, ItGoesWithItsJob) {
  auto& d = *this->driver;
  std::vector<JobId> jobs;
  for (int i = 0; i < 4; ++i) {
    jobs.push_back(d.accept({.callback = callback_to("one.example")}));
  }
  ASSERT_TRUE(d.remove(jobs[0]).result);  // before its end
  ASSERT_TRUE(d.cancel(jobs[1]));
  ASSERT_TRUE(d.remove(jobs[1]).result);  // while its callback waits
  ASSERT_TRUE(d.cancel(jobs[2]));
  const auto taken = d.take();
  ASSERT_EQ(taken.size(), 1U);
  ASSERT_TRUE(d.remove(jobs[2]).result);  // while it is sent
  EXPECT_EQ(code_of(d.end_try(taken[0], 200)), ErrorCode::lease_lost);
  ASSERT_TRUE(d.cancel(jobs[3]));
  ASSERT_TRUE(d.end_try(d.take().at(0), 200));
  ASSERT_TRUE(d.remove(jobs[3]).result);  // when it was
  for (const auto& job : jobs) {
    EXPECT_EQ(d.delivery(job), std::nullopt);
  }
  EXPECT_EQ(d.next_delivery(), std::nullopt);
}

TYPED_TEST_P(StoreDelivery, AReceiverThatIsBusyHoldsUpNoOther) {
  auto& d = *this->driver;
  const auto dead = receiver_of("http://dead.example/");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(d.cancel(d.accept({.callback = callback_to("dead.example")})));
  }
  const auto live = d.accept({.callback = callback_to("live.example")});
  ASSERT_TRUE(d.cancel(live));
  const SendingRoom room{.deliveries = 100, .per_receiver = 4, .busy = {{dead, 3}}};
  std::vector<JobId> taken;
  for (const auto& one : d.take(worker(1), room)) {
    taken.push_back(one.job);
  }
  EXPECT_EQ(taken.size(), 2U);
  EXPECT_THAT(taken, testing::Contains(live));
  EXPECT_EQ(d.next_delivery({.deliveries = 1, .per_receiver = 4, .busy = {{dead, 4}}}), std::nullopt);
  EXPECT_NE(d.next_delivery({.deliveries = 1, .per_receiver = 4, .busy = {{dead, 3}}}), std::nullopt);
  EXPECT_EQ(d.next_delivery({.deliveries = 0, .per_receiver = 4, .busy = {}}), std::nullopt);
}

TYPED_TEST_P(StoreDelivery, WhatIsDueLongestComesFirst) {
  auto& d = *this->driver;
  std::vector<JobId> jobs;
  for (int i = 0; i < 3; ++i) {
    for (const auto* host : {"a.example", "b.example", "c.example"}) {
      jobs.push_back(d.accept({.callback = callback_to(host)}));
      ASSERT_TRUE(d.cancel(jobs.back()));
    }
  }
  const auto first = d.delivery(jobs[0])->due_ms;
  EXPECT_EQ(d.next_delivery(), first);
  std::vector<JobId> order;
  for (const std::uint32_t count : {1U, 1U, 5U, 5U}) {
    for (const auto& one : d.take(worker(1), {count, 100, {}})) {
      order.push_back(one.job);
    }
  }
  EXPECT_EQ(order, jobs);
  EXPECT_EQ(d.next_delivery(), std::nullopt);
}

TYPED_TEST_P(StoreDelivery, WhatIsMadeToWaitLessGoesToTheFront) {
  auto& d = *this->driver;
  std::vector<JobId> jobs;
  for (int i = 0; i < 3; ++i) {
    jobs.push_back(d.accept({.callback = callback_to("one.example")}));
    ASSERT_TRUE(d.cancel(jobs.back()));
  }
  for (const auto& taken : d.take()) {
    ASSERT_TRUE(d.end_try(taken, 500));
  }
  EXPECT_TRUE(d.take().empty());
  ASSERT_TRUE(d.resend(jobs[2]));
  const auto taken = d.take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].job, jobs[2]);
  d.pass(2000);
  EXPECT_EQ(d.take().size(), 2U);
}

TYPED_TEST_P(StoreDelivery, ItCanBeSentAgain) {
  auto& d = *this->driver;
  const auto id = d.accept({.owner = "ann", .callback = callback_to("one.example")});
  EXPECT_EQ(code_of(d.resend(id)), ErrorCode::bad_request) << "it is not final";
  ASSERT_TRUE(d.cancel(id));
  ASSERT_TRUE(d.end_try(d.take().at(0), 410));
  EXPECT_EQ(d.delivery(id)->state, DeliveryState::gone);
  EXPECT_TRUE(d.take().empty());
  EXPECT_EQ(code_of(d.resend(id, "ben")), ErrorCode::not_found);
  ASSERT_TRUE(d.resend(id, "ann"));
  ASSERT_TRUE(d.resend(id)) << "it waits already";
  const auto again = d.take();
  ASSERT_EQ(again.size(), 1U);
  ASSERT_TRUE(d.resend(id)) << "it is being sent";
  EXPECT_TRUE(d.end_try(again[0], 200));
  EXPECT_EQ(d.delivery(id)->attempts, 2U);
  const auto quiet = d.accept();
  ASSERT_TRUE(d.cancel(quiet));
  EXPECT_EQ(code_of(d.resend(quiet)), ErrorCode::bad_request);
  EXPECT_EQ(code_of(d.resend(JobId::make(1))), ErrorCode::not_found);
}

TYPED_TEST_P(StoreDelivery, TheBellIsRungWhenSomethingWaits) {
  auto& d = *this->driver;
  int notified = 0;
  this->store->on_delivery([&notified] { ++notified; });
  const auto quiet = d.accept();
  const auto told = d.accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(d.cancel(quiet));
  EXPECT_EQ(notified, 0);
  ASSERT_TRUE(d.cancel(told));
  EXPECT_EQ(notified, 1);
}

TYPED_TEST_P(StoreDelivery, ItOutlivesTheStoresClosing) {
  const auto id = this->driver->accept({.callback = callback_to("one.example")});
  ASSERT_TRUE(this->driver->cancel(id));
  ASSERT_EQ(this->driver->take(worker(1)).size(), 1U);
  this->reopen();
  ASSERT_TRUE(this->driver->recover(worker(1)));
  this->driver->pass(10'000);
  EXPECT_EQ(this->driver->take(worker(2)).at(0).callback, callback_to("one.example"));
}

REGISTER_TYPED_TEST_SUITE_P(StoreDelivery, ACallbackWaitsFromTheEndOfItsJobOn, EveryEndOfAJobIsTold,
                            AJobThatIsCompletedAtOnceIsTold, WhatFailsIsTriedAgainUntilNoTryIsLeft,
                            WhatIsHandedBackWaitsAsIfNothingHadBeen, OnlyWhoHoldsATryEndsIt,
                            WhatADeadSenderHadIsSentByAnother, WhatKillsItsSendersIsGivenUp, ItGoesWithItsJob,
                            AReceiverThatIsBusyHoldsUpNoOther, WhatIsDueLongestComesFirst,
                            WhatIsMadeToWaitLessGoesToTheFront, ItCanBeSentAgain, TheBellIsRungWhenSomethingWaits,
                            ItOutlivesTheStoresClosing);

}  // namespace docket
