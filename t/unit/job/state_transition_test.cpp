// What a store tells of jobs' states: each change once, when it is committed.
#include "job/state_transition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/committer.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/lmdb/lmdb_edit.h"
#include "store/spool/reaper.h"
#include "store/spool/spool.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StateTransitionTest : public testing::Test {
 protected:
  void SetUp() override {
    backend.options.told = [this](std::span<const StateTransition> changes) {
      ++calls;
      told.insert(told.end(), changes.begin(), changes.end());
    };
    store = backend.open();
    ASSERT_TRUE(store);
    driver.emplace(*store);
  }

  AcceptJob logged_job(const JobSpec& spec = {}) {
    auto change = driver->new_job(spec);
    change.record.origin.log = "/jobs.log";
    return change;
  }
  JobId accept(const JobSpec& spec = {}) {
    auto change = logged_job(spec);
    EXPECT_TRUE(driver->commit(change).result);
    return change.record.id;
  }

  /// What was told since the last call: "from to".
  std::vector<std::string> told_now() {
    std::vector<std::string> words;
    for (const auto& change : told) {
      words.push_back(std::string(change.from ? to_string(*change.from) : "-") + " " +
                      std::string(to_string(change.to)));
    }
    told.clear();
    return words;
  }

  LmdbBackend backend;
  std::unique_ptr<Store> store;
  std::optional<StoreDriver> driver;
  std::vector<StateTransition> told;
  int calls = 0;
};

TEST_F(StateTransitionTest, EachChangeIsToldOnce) {
  const auto job = accept({.owner = "ann"});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].record.id, job);
  EXPECT_EQ(told[0].record.origin.log, "/jobs.log");
  EXPECT_EQ(told[0].status.owner, "ann");
  EXPECT_EQ(told[0].at_ms, driver->head(job).created_ms);
  EXPECT_THAT(told_now(), ElementsAre("- pending"));

  const auto probe = driver->claim();
  EXPECT_EQ(told.at(0).at_ms, driver->head(job).started_ms);
  EXPECT_THAT(told_now(), ElementsAre("pending processing"));
  ASSERT_TRUE(driver->probed(*probe, 4, 2));
  const auto range = driver->claim();
  ASSERT_TRUE(driver->record(*range, range->pages_from(1, 1)));
  ASSERT_TRUE(driver->end(*range, ended::RangeDone{}, range->pages_from(2, 2)));
  ASSERT_TRUE(driver->complete_range(*driver->claim()));
  EXPECT_THAT(told_now(), IsEmpty()) << "progress is no change of the state";
  ASSERT_TRUE(driver->assemble(*driver->claim()));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].status.head.total_pages, 4U);
  EXPECT_EQ(told[0].at_ms, driver->head(job).completed_ms);
  EXPECT_THAT(told_now(), ElementsAre("processing completed"));

  driver->cancel(job);
  EXPECT_THAT(told_now(), IsEmpty()) << "it was final";
  driver->remove(job);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].record.id, job);
  EXPECT_THAT(told_now(), ElementsAre("completed deleted"));
  driver->remove(job);
  EXPECT_THAT(told_now(), IsEmpty());
}

TEST_F(StateTransitionTest, AJobWithoutALogIsNotToldOf) {
  const auto job = driver->accept();
  driver->claim();
  driver->cancel(job);
  driver->remove(job);
  EXPECT_EQ(calls, 0);
}

TEST_F(StateTransitionTest, AUnitThatIsHandedBackIsTold) {
  accept();
  ASSERT_TRUE(driver->end(*driver->claim(), ended::Released{}));
  EXPECT_THAT(told_now(), ElementsAre("- pending", "pending processing", "processing pending"));
  driver->claim(worker(7));
  ASSERT_TRUE(driver->recover(worker(7)));
  EXPECT_THAT(told_now(), ElementsAre("pending processing", "processing pending"));
  const auto held = driver->claim();
  RequeueJob requeue{.job = held->unit.job, .now_ms = driver->now()};
  ASSERT_TRUE(driver->commit(requeue).result);
  EXPECT_THAT(told_now(), ElementsAre("pending processing", "processing pending"));
}

TEST_F(StateTransitionTest, EachWayToFailIsTold) {
  accept();
  ASSERT_TRUE(driver->end(*driver->claim(), ended::Refused{{ErrorCode::encrypted, "It needs a password."}}));
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[2].status.head.error, ErrorCode::encrypted);
  EXPECT_EQ(told[2].status.detail, "It needs a password.");
  EXPECT_THAT(told_now(), ElementsAre("- pending", "pending processing", "processing failed"));

  driver->cancel(accept());
  EXPECT_THAT(told_now(), ElementsAre("- pending", "pending failed"));

  FailJob fail{.job = accept(), .error = {ErrorCode::corrupt, "lost"}, .now_ms = driver->now()};
  ASSERT_TRUE(driver->commit(fail).result);
  EXPECT_THAT(told_now(), ElementsAre("- pending", "pending failed"));

  accept({.files = 0});
  EXPECT_THAT(told_now(), ElementsAre("- pending", "pending failed"));
}

TEST_F(StateTransitionTest, ALinkedJobIsAcceptedAndCompletedAtOnce) {
  Sha256 fingerprint{};
  fingerprint.fill(1);
  accept({.fingerprint = fingerprint});
  ASSERT_TRUE(driver->complete_small(*driver->claim(), 3));
  told.clear();
  auto linked = logged_job({.fingerprint = fingerprint});
  ASSERT_TRUE(driver->commit(linked).result);
  ASSERT_TRUE(linked.dedupe_source);
  EXPECT_THAT(told_now(), IsEmpty()) << "no job was made";
  linked.linked_to = linked.dedupe_source->job;
  ASSERT_TRUE(driver->commit(linked).result);
  EXPECT_EQ(told.back().status.head.total_pages, 3U);
  EXPECT_THAT(told_now(), ElementsAre("- pending", "pending completed"));
}

TEST_F(StateTransitionTest, ARequestThatMadeAJobBeforeIsNotTold) {
  IdempotentRequest once;
  once.key.bytes.fill(1);
  accept({.idempotent = once});
  told.clear();
  accept({.idempotent = once});
  EXPECT_THAT(told_now(), IsEmpty());
}

TEST_F(StateTransitionTest, ChangesOfOneCommitAreToldTogetherAndInOrder) {
  auto first = logged_job();
  auto second = logged_job();
  RemoveJob removal{.job = first.record.id, .owner = {}, .now_ms = driver->now(), .why = Removal::lost};
  CancelJob nothing{.job = JobId::make(1), .owner = {}, .now_ms = driver->now()};
  driver->commit_all({&first, &second, &nothing, &removal});
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(told_now(), ElementsAre("- pending", "- pending", "pending lost"));
}

TEST_F(StateTransitionTest, TheClientsNameIsKeptWithTheJob) {
  const auto job = accept();
  const auto record = driver->reader().record(job).value();
  NameClient naming{.job = job, .name = "seven.example"};
  ASSERT_TRUE(driver->commit(naming).result);
  auto named = record;
  named.origin.client_name = "seven.example";
  EXPECT_EQ(driver->reader().record(job).value(), named) << "and nothing else is changed";
  EXPECT_EQ(driver->head(job).change, 1U) << "clients see none of it";
  EXPECT_THAT(told_now(), ElementsAre("- pending"));
  driver->cancel(job);
  EXPECT_EQ(told.at(0).record.origin.client_name, "seven.example");
  driver->remove(job);
  EXPECT_EQ(code_of(driver->commit(naming).result), ErrorCode::not_found);
}

TEST_F(StateTransitionTest, WhatAListenerThrowsHarmsNoCommit) {
  driver.reset();
  store.reset();
  backend.options.told = [](std::span<const StateTransition>) { throw std::bad_alloc(); };
  store = backend.open();
  driver.emplace(*store);
  const auto job = accept();
  EXPECT_EQ(driver->head(job).state, State::pending);
}

TEST_F(StateTransitionTest, AJobWhoseTimeIsOverIsExpired) {
  const auto job = accept({.expire_ms = 1000});
  ASSERT_TRUE(driver->complete_small(*driver->claim()));
  told.clear();
  auto spool = Spool::open(backend.options.folder, false);
  ASSERT_TRUE(spool);
  Committer committer(*store);
  Reaper reaper(*store, committer, *spool, backend.options.folder);
  reaper.expire(driver->head(job).expires_ms);
  EXPECT_THAT(told_now(), ElementsAre("completed expired"));
}

TEST_F(StateTransitionTest, WhatARepairMakesFailIsTold) {
  const auto job = accept();
  told.clear();
  driver.reset();
  store.reset();
  edit_tables(backend, [&](lmdb::Txn& txn, const Tables& tables) {
    const auto status = txn.get(tables.status, job.key());
    ASSERT_TRUE(status && *status);
    auto changed = decode_status(**status);
    ASSERT_TRUE(changed);
    changed->head.units_left = 7;  // there is one
    ASSERT_TRUE(txn.put(tables.status, job.key(), encode(*changed)));
  });
  store = backend.open();
  ASSERT_TRUE(repair_lmdb_store(*store, 1'800'000'000'000));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].status.head.error, ErrorCode::corrupt);
  EXPECT_THAT(told_now(), ElementsAre("pending failed"));
  EXPECT_THAT(LmdbBackend::check(*store), IsEmpty());
}

}  // namespace
}  // namespace docket
