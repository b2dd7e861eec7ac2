// Conformance: between whom turns are taken. Owners do, or clients where there is no owner, and among one's jobs each.
#pragma once

#include <algorithm>
#include <map>
#include <random>

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreTurns : public StoreConformance<Backend> {
 protected:
  /// A job whose `pages` pages all wait, each as a unit.
  JobId accept_long(std::uint32_t pages, const JobSpec& spec = {}) {
    auto& d = *this->driver;
    const auto id = d.accept(spec);
    const auto probe = d.claim();
    EXPECT_EQ(probe->unit.job, id) << "nothing else waits yet";
    EXPECT_TRUE(d.probed(*probe, pages, 1));
    return id;
  }

  /// The jobs whose units are claimed next, one after the other.
  std::vector<JobId> next(std::size_t count) {
    std::vector<JobId> order;
    for (std::size_t i = 0; i < count; ++i) {
      order.push_back(this->driver->claimed_job());
    }
    return order;
  }
};
TYPED_TEST_SUITE_P(StoreTurns);

TYPED_TEST_P(StoreTurns, TwoJobsOfOneOwnerAlternate) {
  auto& d = *this->driver;
  const auto a = d.accept({.owner = "ann"});
  const auto b = d.accept({.owner = "ann"});
  for (const auto& job : {a, b}) {
    const auto probe = d.claim();
    ASSERT_EQ(probe->unit.job, job);
    ASSERT_TRUE(d.probed(*probe, 3, 1));
  }
  std::vector<std::pair<JobId, std::uint32_t>> order;
  for (int i = 0; i < 6; ++i) {
    const auto held = d.claim();
    order.emplace_back(held->unit.job, held->unit.first_page);
  }
  using Turn = std::pair<JobId, std::uint32_t>;
  EXPECT_THAT(order, testing::ElementsAre(Turn{a, 1}, Turn{b, 1}, Turn{a, 2}, Turn{b, 2}, Turn{a, 3}, Turn{b, 3}));
}

TYPED_TEST_P(StoreTurns, AJobOfOneUnitDoesNotWaitForAllOfALongOne) {
  auto& d = *this->driver;
  const auto long_one = this->accept_long(100);
  EXPECT_EQ(this->next(3), (std::vector{long_one, long_one, long_one}));
  const auto short_one = d.accept();
  EXPECT_THAT(this->next(2), testing::Contains(short_one));
  EXPECT_EQ(this->next(2), (std::vector{long_one, long_one})) << "which goes on";
}

TYPED_TEST_P(StoreTurns, AJobThatComesWhileAnotherHasAllSlotsGetsTheNextOneAndComesAgainSoon) {
  auto& d = *this->driver;
  const auto scan = this->accept_long(8);
  const auto slot1 = d.claim(worker(1));
  const auto slot2 = d.claim(worker(2));
  ASSERT_TRUE(slot1 && slot2);
  const auto letter = d.accept();
  ASSERT_TRUE(d.complete_range(*slot1));
  const auto probe = d.claim(worker(1));
  ASSERT_EQ(probe->unit.job, letter);
  ASSERT_TRUE(d.probed(*probe, 1, 1));

  std::vector<UnitKind> of_letter;
  int claims = 0;
  while (d.head(letter).state != State::completed) {
    const auto held = d.claim(worker(1));
    ASSERT_TRUE(held);
    ++claims;
    if (held->unit.job == letter) {
      of_letter.push_back(held->unit.kind);
    }
    ASSERT_TRUE(held->unit.kind == UnitKind::assemble ? d.assemble(*held) : d.complete_range(*held));
  }
  EXPECT_THAT(of_letter, testing::ElementsAre(UnitKind::range, UnitKind::assemble));
  EXPECT_LE(claims, 4) << "every other one is the letter's";
  EXPECT_EQ(d.head(scan).state, State::processing);
}

TYPED_TEST_P(StoreTurns, AJobOfSeveralFilesHasOneTurn) {
  auto& d = *this->driver;
  const auto many = d.accept({.files = 5});
  const auto one = d.accept();
  const auto other = d.accept({.files = 2});
  EXPECT_EQ(this->next(8), (std::vector{many, one, other, many, other, many, many, many}));
}

TYPED_TEST_P(StoreTurns, AStreamOfShortJobsDoesNotKeepALongOneFromItsEnd) {
  auto& d = *this->driver;
  constexpr int pages = 20;
  const auto long_one = this->accept_long(pages);
  int turns = 0;
  int claims = 0;
  for (; turns < pages && claims < 1000; ++claims) {
    d.accept();
    const auto held = d.claim();
    if (held->unit.job == long_one) {
      ++turns;
      ASSERT_TRUE(d.complete_range(*held));
    } else {
      ASSERT_TRUE(d.complete_small(*held));
    }
  }
  EXPECT_EQ(turns, pages) << "a job a claim comes, more than can be done, and each of those that wait has its turn";
  EXPECT_LE(claims, (pages + 2) * (pages + 2));
}

TYPED_TEST_P(StoreTurns, OfSeveralPrioritiesANewJobTakesNoTurnBeforeThoseThatAreDueBeforeIt) {
  auto& d = *this->driver;
  constexpr std::int64_t minute = 60'000;
  const auto aged = this->accept_long(4, {.priority = 9});
  EXPECT_EQ(this->next(1), std::vector{aged});
  d.pass(20 * minute);
  const auto new_one = d.accept({.files = 2, .priority = 9});
  const auto urgent = d.accept({.owner = "ann", .priority = 0});
  EXPECT_EQ(this->next(3), (std::vector{aged, aged, aged})) << "what is due first is not held up by another's turn";
  EXPECT_EQ(this->next(3), (std::vector{urgent, new_one, new_one}));
}

TYPED_TEST_P(StoreTurns, JobsTakeTurnsWhereOthersAreDueLater) {
  auto& d = *this->driver;
  const auto a = this->accept_long(3);
  const auto last = d.accept({.priority = 9});
  EXPECT_EQ(this->next(1), std::vector{a});
  const auto b = d.accept({.files = 2});
  EXPECT_EQ(this->next(5), (std::vector{b, a, b, a, last}));
}

TYPED_TEST_P(StoreTurns, NoJobWaitsMuchLongerThanOneTurnOfAllOthers) {
  auto& d = *this->driver;
  struct Waiting {
    int units = 0;         ///< that wait, as far as they are known
    int turns = 0;         ///< of others since its last one
    std::size_t most = 0;  ///< jobs there were in that time
  };
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::minstd_rand random(seed);
    std::map<JobId, Waiting> jobs;
    for (int step = 0; step < 300; ++step) {
      if (random() % 5 < 2 && jobs.size() < 12) {
        jobs[d.accept()].units = 1;
      }
      for (auto& [id, job] : jobs) {
        job.most = std::max(job.most, jobs.size());
      }
      const auto held = d.claim();
      if (!held) {
        ASSERT_TRUE(jobs.empty());
        continue;
      }
      const auto id = held->unit.job;
      for (auto& [other, job] : jobs) {
        ++job.turns;
      }
      auto& job = jobs.at(id);
      ASSERT_LE(job.turns, 2 * static_cast<int>(job.most) + 1) << "seed " << seed << ", step " << step;
      job.turns = 0;
      job.most = 0;
      if (held->unit.kind == UnitKind::probe && random() % 2 == 0) {
        job.units = 1 + static_cast<int>(random() % 9);
        ASSERT_TRUE(d.probed(*held, static_cast<std::uint32_t>(job.units), 1));
        continue;
      }
      const auto ended = held->unit.kind == UnitKind::probe      ? d.complete_small(*held)
                         : held->unit.kind == UnitKind::assemble ? d.assemble(*held)
                                                                 : d.complete_range(*held);
      ASSERT_TRUE(ended);
      if (is_final(ended->head.state)) {
        jobs.erase(id);
      }
    }
    while (const auto left = d.claim()) {
      ASSERT_TRUE(d.remove(left->unit.job).result);
    }
  }
}

TYPED_TEST_P(StoreTurns, ATurnIsKeptOverAnOpening) {
  const auto a = this->accept_long(4);
  const auto first = this->next(1);
  const auto b = this->driver->accept({.files = 4});
  this->reopen();
  EXPECT_EQ(this->next(1), std::vector{b});
  this->reopen();
  EXPECT_EQ(this->next(2), (std::vector{a, b}));
}

TYPED_TEST_P(StoreTurns, AUnitThatIsTriedAgainIsItsJobsNextOne) {
  auto& d = *this->driver;
  const auto a = this->accept_long(5);
  const auto held = d.claim();
  const auto b = d.accept({.files = 3});
  ASSERT_EQ(this->next(3), (std::vector{b, a, b}));
  ASSERT_TRUE(d.end(*held, ended::Failed{{ErrorCode::crashed, "x"}}));
  const auto again = d.claim();
  EXPECT_EQ(again->unit.job, a);
  EXPECT_EQ(again->unit.first_page, 1U);
  EXPECT_EQ(again->unit.attempt, 2U);
}

TYPED_TEST_P(StoreTurns, AUnitThatGoesBackGivesItsJobTheTurnBack) {
  auto& d = *this->driver;
  const auto a = this->accept_long(3);
  const auto b = d.accept({.files = 3});
  const auto of_a = d.claim();
  ASSERT_EQ(of_a->unit.job, a);
  ASSERT_TRUE(d.end(*of_a, ended::Released{}));
  const auto again = d.claim();
  EXPECT_EQ(again->unit.seq, of_a->unit.seq);
  const auto of_b = d.claim();
  ASSERT_EQ(of_b->unit.job, b);
  ASSERT_TRUE(d.end(*of_b, ended::Released{}));
  EXPECT_EQ(d.claim()->unit.seq, of_b->unit.seq) << "one that came when the others' turns were given out, too";
  EXPECT_EQ(this->next(4), (std::vector{a, b, a, b}));
}

TYPED_TEST_P(StoreTurns, ClientsWithoutAnOwnerTakeTurns) {
  auto& d = *this->driver;
  for (int i = 0; i < 50; ++i) {
    d.accept({.client = "192.0.2.1"});
  }
  EXPECT_NE(d.claimed_job(), JobId{});
  const auto second = d.accept({.client = "192.0.2.2"});
  const auto third = d.accept({.client = "2001:db8::3"});
  const auto third2 = d.accept({.client = "2001:db8::3"});
  const auto order = this->next(6);
  EXPECT_THAT(std::span(order).first(3), testing::IsSupersetOf({second, third}));
  EXPECT_EQ(order[4], third2);
}

TYPED_TEST_P(StoreTurns, AddressesOfOneIpv6NetworkShareATurn) {
  auto& d = *this->driver;
  const auto a1 = d.accept({.client = "2001:db8:0:1::1"});
  const auto a2 = d.accept({.client = "2001:db8:0:1::2"});
  const auto a3 = d.accept({.client = "2001:db8:0:1:ffff::3"});
  const auto b1 = d.accept({.client = "2001:db8:0:2::1"});
  const auto b2 = d.accept({.client = "2001:db8:0:2::1"});
  EXPECT_EQ(this->next(5), (std::vector{a1, b1, a2, b2, a3}));
}

TYPED_TEST_P(StoreTurns, OwnersAndClientsWithoutOneTakeTurns) {
  auto& d = *this->driver;
  std::vector<JobId> of_owner;
  std::vector<JobId> of_client;
  for (int i = 0; i < 3; ++i) {  // an owner may be called like an address, and be at one
    of_owner.push_back(d.accept({.owner = "192.0.2.1", .client = i == 1 ? "192.0.2.1" : "192.0.2.9"}));
  }
  for (int i = 0; i < 3; ++i) {
    of_client.push_back(d.accept({.client = "192.0.2.1"}));
  }
  EXPECT_EQ(this->next(6),
            (std::vector{of_owner[0], of_client[0], of_owner[1], of_client[1], of_owner[2], of_client[2]}));
}

TYPED_TEST_P(StoreTurns, AllElseOfJobsWithoutAnOwnerIsByOwner) {
  auto& d = *this->driver;
  const auto one = d.accept({.client = "192.0.2.1"});
  const auto two = d.accept({.client = "192.0.2.2"});
  EXPECT_THAT(d.list({.owner = ""}), testing::ElementsAre(two, one));
  EXPECT_EQ((*d.reader().states(""))[0], 2U);
  auto third = d.new_job({.limits = {.per_owner = 2}, .client = "192.0.2.3"});
  d.commit(third);
  EXPECT_EQ(code_of(third.result), ErrorCode::owner_queue_full);
  EXPECT_TRUE(d.cancel(one, "").has_value());
  EXPECT_TRUE(d.remove(two, "").result);
}

TYPED_TEST_P(StoreTurns, CountsTellOfJobsThatWereTakenUpInTurn) {
  auto& d = *this->driver;
  this->accept_long(10);
  this->next(1);
  const auto letter = d.accept();
  const auto last = d.accept();
  const auto before = [&](const JobId& id) { return d.head(id).accept_no - d.counts().started; };
  EXPECT_EQ(before(letter), 0U) << "the long one is taken up";
  EXPECT_EQ(before(last), 1U);
  EXPECT_EQ(this->next(1), std::vector{letter});
  EXPECT_EQ(before(last), 0U);
  EXPECT_EQ(d.counts().waiting_units, 10U);
}

REGISTER_TYPED_TEST_SUITE_P(StoreTurns, TwoJobsOfOneOwnerAlternate, AJobOfOneUnitDoesNotWaitForAllOfALongOne,
                            AJobThatComesWhileAnotherHasAllSlotsGetsTheNextOneAndComesAgainSoon,
                            AJobOfSeveralFilesHasOneTurn, AStreamOfShortJobsDoesNotKeepALongOneFromItsEnd,
                            OfSeveralPrioritiesANewJobTakesNoTurnBeforeThoseThatAreDueBeforeIt,
                            JobsTakeTurnsWhereOthersAreDueLater, NoJobWaitsMuchLongerThanOneTurnOfAllOthers,
                            ATurnIsKeptOverAnOpening, AUnitThatIsTriedAgainIsItsJobsNextOne,
                            AUnitThatGoesBackGivesItsJobTheTurnBack, ClientsWithoutAnOwnerTakeTurns,
                            AddressesOfOneIpv6NetworkShareATurn, OwnersAndClientsWithoutOneTakeTurns,
                            AllElseOfJobsWithoutAnOwnerIsByOwner, CountsTellOfJobsThatWereTakenUpInTurn);

}  // namespace docket
