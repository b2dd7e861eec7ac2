// Units that take less time than a commit.
#include <algorithm>
#include <chrono>

#include "work/runner_fixture.h"

namespace docket {
namespace {

using testing::IsEmpty;

/// A pool whose units take less time than any commit.
class BatchTest : public RunnerTest {
 protected:
  void run_batches(std::size_t at_once, std::chrono::milliseconds batch_time = std::chrono::hours(1)) {
    processor_.at_once = at_once;
    auto with = context();
    run_units(with, {.processor = processor_, .batch_time = batch_time});
  }

  std::vector<JobId> accept(std::size_t count) {
    std::vector<JobId> jobs;
    while (jobs.size() < count) {
      jobs.push_back(driver_->accept());
    }
    return jobs;
  }

  std::size_t count(std::string_view what) {
    return static_cast<std::size_t>(std::ranges::count(processor_.did, what));
  }
};

TEST_F(BatchTest, QuickUnitsShareACommit) {
  const auto jobs = accept(20);
  const auto before = committer_->counts().groups;
  run_batches(8);
  EXPECT_EQ(committer_->counts().groups - before, 6U);  // 1, 2, 4, 8, 8 units claimed, and then in vain
  EXPECT_EQ(count("committed"), 20U);
  for (const auto& job : jobs) {
    EXPECT_EQ(state(job), State::failed);
  }
}

TEST_F(BatchTest, UnitsThatTakeLongerThanACommitDoNot) {
  accept(5);
  const auto before = committer_->counts().groups;
  run_batches(8, std::chrono::milliseconds(0));
  EXPECT_EQ(committer_->counts().groups - before, 6U);
  EXPECT_EQ(count("committed"), 5U);
}

TEST_F(BatchTest, NobodyWaitsForASlowUnit) {
  const auto jobs = accept(7);  // claimed as 1, 2, 4
  processor_.ends = [&](EndUnit end) {
    if (count("run in pool 0") == 5) {
      EXPECT_EQ(count("committed"), 3U);
      EXPECT_EQ(state(jobs[3]), State::processing) << "its end waits for those of the others";
      was_notified();
      processor_.slow();
      EXPECT_EQ(state(jobs[3]), State::failed);
      EXPECT_EQ(state(jobs[4]), State::processing);
      EXPECT_EQ(state(jobs[5]), State::pending);
      EXPECT_EQ(waiting(), 2U);
      EXPECT_TRUE(was_notified()) << "others can take them";
      processor_.slow();  // no harm
    }
    return end;
  };
  run_batches(8);
  EXPECT_EQ(count("run in pool 0"), 7U);
  EXPECT_EQ(count("committed"), 7U);
  EXPECT_EQ(state(jobs[6]), State::failed);
}

TEST_F(BatchTest, AJobThatIsRemovedBeforeItsTurnIsNotDone) {
  const auto jobs = accept(3);
  processor_.ends = [&](EndUnit end) {
    if (count("run in pool 0") == 2) {
      driver_->remove(jobs[2]);
    }
    return end;
  };
  run_batches(8);
  EXPECT_EQ(count("run in pool 0"), 2U);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(BatchTest, DrainingHandsBackWhatWasNotBegun) {
  const auto jobs = accept(3);
  processor_.ends = [&](EndUnit end) {
    draining_ = count("run in pool 0") == 2;
    return end;
  };
  run_batches(8);
  EXPECT_EQ(count("committed"), 2U);
  EXPECT_EQ(state(jobs[2]), State::pending);
  EXPECT_EQ(waiting(), 1U);
}

TEST_F(BatchTest, WithoutRoomTheOthersWaitToo) {
  const auto jobs = accept(4);
  processor_.ends = [&](EndUnit end) {
    if (count("run in pool 0") == 2) {
      end.end = ended::Released{};
      end.waits_for_room = true;
    }
    return end;
  };
  run_batches(8);
  EXPECT_EQ(count("run in pool 0"), 2U);
  EXPECT_EQ(state(jobs[0]), State::failed);
  EXPECT_EQ(waiting(), 3U);
}

}  // namespace
}  // namespace docket
