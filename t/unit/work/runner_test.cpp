// The runner with processors of the test's own.
#include "work/runner.h"

#include <array>
#include <stdexcept>

#include "host/slots.h"
#include "work/runner_fixture.h"

namespace docket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint8_t other_pool = 3;

TEST_F(RunnerTest, UnitsAreDoneOneAfterTheOther) {
  const auto first = driver_->accept();
  const auto second = driver_->accept();
  run(processor_);
  EXPECT_THAT(processor_.did, ElementsAre("prepare", "run in pool 0", "committed", "run in pool 0", "committed"));
  EXPECT_EQ(state(first), State::failed);
  EXPECT_EQ(state(second), State::failed);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(RunnerTest, AnEndAndTheNextClaimAreOneCommit) {
  driver_->accept();
  driver_->accept();
  const auto before = committer_->counts().groups;
  run(processor_);
  EXPECT_EQ(committer_->counts().groups - before, 3U);  // a claim, an end with a claim, an end with one in vain
}

TEST_F(RunnerTest, AMissingProgramStopsUnitsOfItsKindAndNoOther) {
  const auto document = driver_->accept();
  const auto other = driver_->accept({.pool = other_pool});
  processor_.missing = Error{ErrorCode::engine_lost, "there is no engine"};
  FakeProcessor commands(worker(1));
  run(processor_);
  run(commands, other_pool);
  EXPECT_THAT(processor_.did, ElementsAre("prepare"));
  EXPECT_THAT(commands.did, ElementsAre("prepare", "run in pool 3", "committed"));
  EXPECT_EQ(state(document), State::pending);
  EXPECT_EQ(state(other), State::failed);

  processor_.missing.reset();
  run(processor_);
  EXPECT_EQ(state(document), State::failed);
}

TEST_F(RunnerTest, AProgramThatGoesMissingEndsTheRun) {
  driver_->accept();
  driver_->accept();
  processor_.ends = [this](EndUnit end) {
    processor_.missing = Error{ErrorCode::engine_lost, "it has gone"};
    end.end = ended::Released{};
    return end;
  };
  run(processor_);
  EXPECT_THAT(processor_.did, ElementsAre("prepare", "run in pool 0", "committed"));
  EXPECT_EQ(waiting(), 2U);
}

TEST_F(RunnerTest, PoolsHaveTheirOwnSlots) {
  const auto document = driver_->accept();
  const auto other = driver_->accept({.pool = other_pool});
  FakeProcessor commands(worker(1));
  const auto taken = try_take_unit_slot(run_folder(), other_pool, 1);
  ASSERT_TRUE(taken && *taken);
  run(commands, other_pool);
  EXPECT_THAT(commands.did, IsEmpty());
  run(processor_);
  EXPECT_EQ(state(document), State::failed);
  EXPECT_EQ(state(other), State::pending);
}

TEST_F(RunnerTest, WhoYieldsClaimsNothingMore) {
  driver_->accept();
  driver_->accept();
  auto with = context();
  bool other_work = true;
  const WorkPool pool{.processor = processor_, .yields = [&] { return other_work; }};
  run_units(with, pool);
  EXPECT_THAT(processor_.did, ElementsAre("prepare", "run in pool 0", "committed"));
  EXPECT_EQ(waiting(), 1U);
  other_work = false;
  run_units(with, pool);
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(RunnerTest, DrainingClaimsNothingMore) {
  driver_->accept();
  driver_->accept();
  processor_.ends = [this](EndUnit end) {
    draining_ = true;
    return end;
  };
  run(processor_);
  EXPECT_EQ(waiting(), 1U);
  run(processor_);
  EXPECT_EQ(waiting(), 1U);
}

TEST_F(RunnerTest, UnitsThatFollowWakeWorkers) {
  driver_->accept();
  EXPECT_TRUE(was_notified()) << "a job waits";
  processor_.ends = [](EndUnit end) {
    end.end = ended::Released{};
    return end;
  };
  processor_.missing.reset();
  auto held = driver_->claim();
  ASSERT_TRUE(held);
  EXPECT_FALSE(was_notified());
  EXPECT_TRUE(driver_->probed(*held, 4, 2));
  EXPECT_TRUE(was_notified()) << "ranges wait";
}

TEST_F(RunnerTest, WithoutRoomTheUnitWaitsAndNobodyIsWoken) {
  driver_->accept();
  driver_->accept();
  was_notified();
  processor_.ends = [](EndUnit end) {
    end.end = ended::Released{};
    end.waits_for_room = true;
    return end;
  };
  run(processor_);
  EXPECT_THAT(processor_.did, ElementsAre("prepare", "run in pool 0", "committed"));
  EXPECT_EQ(waiting(), 2U);
  EXPECT_FALSE(was_notified());
  EXPECT_THAT(log_, ElementsAre("The disk of docket_store is full: units wait until there is room"));
}

TEST_F(RunnerTest, AUnitThatIsLostCommitsNothing) {
  const auto job = driver_->accept();
  processor_.ends = [&](const EndUnit& /*end*/) -> std::optional<EndUnit> {
    driver_->remove(job);
    return std::nullopt;
  };
  run(processor_);
  EXPECT_THAT(processor_.did, ElementsAre("prepare", "run in pool 0", "nothing to commit"));
}

TEST_F(RunnerTest, AnEndThatComesTooLateIsRefused) {
  const auto job = driver_->accept();
  processor_.ends = [&](EndUnit end) {
    driver_->remove(job);
    return end;
  };
  run(processor_);
  EXPECT_THAT(processor_.did, ElementsAre("prepare", "run in pool 0", "refused"));
}

TEST_F(RunnerTest, AnExceptionGivesTheUnitBackAndCountsIt) {
  const auto job = driver_->accept();
  int tries = 0;
  processor_.ends = [&](EndUnit end) -> std::optional<EndUnit> {
    if (++tries == 1) {
      throw std::runtime_error("no memory");
    }
    return end;
  };
  run(processor_);
  EXPECT_EQ(tries, 2);
  EXPECT_EQ(state(job), State::failed);
  EXPECT_THAT(log_, ElementsAre("no memory"));
}

TEST_F(RunnerTest, UnitsOfTheDeadAreQueuedAgain) {
  driver_->accept();
  ASSERT_TRUE(driver_->claim(worker(2)));
  was_notified();
  auto with = context();
  EXPECT_FALSE(recover_dead_holders(with));
  EXPECT_EQ(waiting(), 0U);
  membership_.dead = worker(2);
  EXPECT_TRUE(recover_dead_holders(with));
  EXPECT_EQ(waiting(), 1U);
  EXPECT_TRUE(was_notified());
  EXPECT_EQ(membership_.forgotten, 2);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(RunnerTest, AWorkerThatIsTakenForDeadSaysSo) {
  membership_.lost = true;
  auto with = context();
  EXPECT_FALSE(recover_dead_holders(with));
  EXPECT_THAT(log_, ElementsAre("taken for dead"));
}

}  // namespace
}  // namespace docket
