// Conformance: what takes units and jobs out of somebody's hands, and what a check of files asks.
#pragma once

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreRecover : public StoreConformance<Backend> {
 protected:
  Result<std::uint32_t> requeue(const JobId& job) {
    RequeueJob change{.job = job, .now_ms = this->driver->now()};
    return this->driver->commit(change).result;
  }
  Result<Status> fail_job(const JobId& job) {
    FailJob change{.job = job, .error = {ErrorCode::corrupt, "its input is gone"}, .now_ms = this->driver->now()};
    return this->driver->commit(change).result;
  }
  std::vector<JobFiles> files(const JobId& first, const JobId& last) {
    std::vector<JobFiles> list;
    behind.reset();
    const auto read = this->driver->reader().files(first, last, [&](JobFiles one) { list.push_back(std::move(one)); });
    EXPECT_TRUE(read) << read.error().detail;
    if (read) {
      behind = *read;
    }
    return list;
  }
  std::optional<JobId> behind;  ///< what the last files() returned
};
TYPED_TEST_SUITE_P(StoreRecover);

TYPED_TEST_P(StoreRecover, ARequeuedUnitWaitsAgainAndItsLeaseIsLost) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto held = d.claim(worker(1));
  ASSERT_TRUE(held);
  EXPECT_EQ(this->requeue(id).value_or(0), 1U);
  EXPECT_EQ(d.head(id).state, State::pending);
  EXPECT_EQ(d.counts().waiting_units, 1U);
  EXPECT_EQ(code_of(d.complete_small(*held)), ErrorCode::lease_lost);
  EXPECT_EQ(this->requeue(id).value_or(9), 0U) << "nobody holds it";

  const auto again = d.claim(worker(2));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->unit.failures, 0U);
  EXPECT_EQ(again->unit.setbacks, 0U);
  EXPECT_TRUE(d.complete_small(*again));
}

TYPED_TEST_P(StoreRecover, OnlyTheJobsOwnUnitsAreRequeued) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 6, 2));
  const auto first = d.claim(worker(1));
  const auto second = d.claim(worker(2));
  const auto others = d.accept();
  ASSERT_EQ(d.claimed_job(worker(1)), others);
  ASSERT_EQ(d.claimed_job(worker(1)), id);
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(d.record(*first, first->pages_from(1, 1)));
  EXPECT_EQ(this->requeue(id).value_or(0), 3U);
  EXPECT_EQ(d.head(id).state, State::processing) << "a page is done";
  EXPECT_EQ(d.head(id).processed_pages, 1U);
  EXPECT_EQ(d.head(others).state, State::processing);
  EXPECT_THAT(d.holders(), testing::ElementsAre(worker(1)));
  EXPECT_EQ(d.claim()->unit.first_page, 2U) << "where it was";
}

TYPED_TEST_P(StoreRecover, AFinalJobIsNotRequeued) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ASSERT_TRUE(d.complete_small(*d.claim()));
  const auto refused = this->requeue(id);
  ASSERT_EQ(code_of(refused), ErrorCode::illegal_change);
  EXPECT_EQ(refused.error().detail, "the job is completed, and that is for ever");
  EXPECT_EQ(code_of(this->requeue(JobId::make(1))), ErrorCode::not_found);
}

TYPED_TEST_P(StoreRecover, AJobThatLostAPartFails) {
  auto& d = *this->driver;
  const auto id = d.accept({.files = 2, .secret = "sealed"});
  const auto held = d.claim();
  const auto status = this->fail_job(id);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->head.state, State::failed);
  EXPECT_EQ(status->head.error, ErrorCode::corrupt);
  EXPECT_EQ(status->detail, "its input is gone");
  EXPECT_EQ(code_of(d.complete_small(*held)), ErrorCode::lease_lost);
  EXPECT_FALSE(d.claim());
  EXPECT_EQ(code_of(this->fail_job(JobId::make(1))), ErrorCode::not_found);

  const auto sound = d.accept();
  ASSERT_TRUE(d.complete_small(*d.claim()));
  ASSERT_TRUE(this->fail_job(sound));
  EXPECT_EQ(d.head(sound).state, State::completed) << "for ever";
}

TYPED_TEST_P(StoreRecover, LeasesTellWhoHoldsWhat) {
  auto& d = *this->driver;
  EXPECT_TRUE(d.reader().leases()->empty());
  d.accept({.files = 3});
  const auto one = d.claim(worker(1));
  const auto two = d.claim(worker(2));
  const auto three = d.claim(worker(1));
  EXPECT_THAT(*d.reader().leases(), testing::ElementsAre(one->lease(), three->lease(), two->lease()));
}

TYPED_TEST_P(StoreRecover, FilesAreToldInTheOrderOfIds) {
  auto& d = *this->driver;
  EXPECT_TRUE(this->files(JobId{}, JobId{}).empty());
  EXPECT_EQ(this->behind, std::nullopt);
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(d.accept({.files = 2}));
  }
  EXPECT_TRUE(this->files(JobId{}, JobId{}).empty());
  EXPECT_EQ(this->behind, ids[0]);
  const auto some = this->files(ids[1], ids[3]);
  ASSERT_EQ(some.size(), 3U);
  EXPECT_EQ(some[0].id, ids[1]);
  EXPECT_EQ(some[2].id, ids[3]);
  EXPECT_EQ(this->behind, ids[4]);
  ASSERT_EQ(some[0].inputs.size(), 2U);
  EXPECT_EQ(some[0].inputs[1].size, 1001U);
  EXPECT_TRUE(some[0].output_files.empty());
  EXPECT_EQ(this->files(ids[4], ids[4]).size(), 1U);
  EXPECT_EQ(this->behind, std::nullopt);
}

TYPED_TEST_P(StoreRecover, FilesTellHowFarContainersAreUsed) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 3, 2));
  ASSERT_TRUE(d.complete_range(*d.claim()));
  auto found = this->files(id, id).at(0);
  EXPECT_EQ(found.state, State::processing);
  ASSERT_EQ(found.output_files.size(), 1U);
  EXPECT_TRUE(found.output_files[0].output_file.pages);
  EXPECT_EQ(found.output_files[0].bytes, 3U) << "page 2 lies at 2 and is 1 long";
  ASSERT_TRUE(d.complete_range(*d.claim()));
  const auto last = d.claim();
  ASSERT_TRUE(d.assemble(*last));
  found = this->files(id, id).at(0);
  EXPECT_EQ(found.state, State::completed);
  ASSERT_EQ(found.output_files.size(), 2U);
  EXPECT_EQ(found.output_files[0].bytes, 4U);
  EXPECT_EQ(found.output_files[1].output_file, last->outputs().output_file);
  EXPECT_EQ(found.output_files[1].bytes, 10U);
  EXPECT_TRUE(found.readable);
}

REGISTER_TYPED_TEST_SUITE_P(StoreRecover, ARequeuedUnitWaitsAgainAndItsLeaseIsLost, OnlyTheJobsOwnUnitsAreRequeued,
                            AFinalJobIsNotRequeued, AJobThatLostAPartFails, LeasesTellWhoHoldsWhat,
                            FilesAreToldInTheOrderOfIds, FilesTellHowFarContainersAreUsed);

}  // namespace docket
