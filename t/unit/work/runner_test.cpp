// The runner with processors of the test's own: no engine, no documents.
#include "work/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <stdexcept>

#include "host/slots.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint8_t other_pool = 3;

/// Ends each unit as it is told to, and keeps a list of what it was asked to do.
class FakeProcessor final : public Processor {
 public:
  explicit FakeProcessor(Holder holder) : holder_(holder) {}

  Result<void> prepare(const std::function<bool()>& /*stop*/) override {
    did.emplace_back("prepare");
    return missing ? fail(*missing) : Result<void>();
  }
  [[nodiscard]] Result<void> health() const override { return missing ? fail(*missing) : Result<void>(); }
  std::unique_ptr<UnitTask> take(ClaimedUnit unit, StoreReader& /*reader*/) override {
    return std::make_unique<Task>(*this, std::move(unit));
  }

  std::optional<Error> missing;  ///< what units need, and why there is none
  std::function<std::optional<EndUnit>(EndUnit)> ends = [](EndUnit end) { return end; };
  std::vector<std::string> did;

 private:
  class Task final : public UnitTask {
   public:
    Task(FakeProcessor& owner, ClaimedUnit unit) : owner_(owner), unit_(std::move(unit.unit)) {}

    std::optional<EndUnit> run() override {
      owner_.did.push_back("run in pool " + std::to_string(unit_.pool));
      EndUnit end{.lease = {.holder = owner_.holder_, .seq = unit_.seq, .attempt = unit_.attempt, .job = unit_.job},
                  .pages = {},
                  .end = ended::Refused{{ErrorCode::corrupt, "it is enough that it ends"}},
                  .now_ms = 1};
      return owner_.ends(std::move(end));
    }
    void on_end(const EndUnit* end) override {
      owner_.did.push_back(end == nullptr ? "nothing to commit" : end->result ? "committed" : "refused");
    }

   private:
    FakeProcessor& owner_;
    const Unit unit_;
  };

  const Holder holder_;
};

/// A member by hand: who is dead is what the test says.
class FakeMembership final : public Membership {
 public:
  [[nodiscard]] Holder self() const override { return worker(1); }
  [[nodiscard]] Result<void> beat() override {
    return lost ? fail(ErrorCode::lease_lost, "taken for dead") : Result<void>();
  }
  [[nodiscard]] bool is_dead(const Holder& holder) const override { return holder == dead; }
  void forget_dead() override { ++forgotten; }

  bool lost = false;
  Holder dead{};
  int forgotten = 0;
};

class RunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = backend_.open();
    ASSERT_TRUE(store_);
    auto notifications = Notifications::open(run_folder());
    ASSERT_TRUE(notifications) << notifications.error().detail;
    notifications_.emplace(std::move(*notifications));
    committer_.emplace(*store_, &*notifications_);
    driver_.emplace(*store_, [this](std::span<const Command> changes) { committer_->commit(changes); });
    notifications_->units().listen();
  }

  void TearDown() override { EXPECT_THAT(LmdbBackend::check(*store_), IsEmpty()); }

  [[nodiscard]] const std::string& run_folder() const { return backend_.folder.path(); }

  WorkContext context() {
    return {.store = *store_,
            .committer = *committer_,
            .membership = membership_,
            .run_folder = run_folder(),
            .draining = [this] { return draining_; },
            .quitting = {},
            .log = [this](std::string_view line) { log_.emplace_back(line); }};
  }

  void run(FakeProcessor& processor, std::uint8_t pool = 0, std::uint32_t slots = 1) {
    auto with = context();
    run_units(with, {.number = pool, .slots = slots, .processor = processor});
  }

  State state(const JobId& job) { return driver_->head(job).state; }
  std::uint64_t waiting(std::uint8_t pool = 0) { return driver_->reader().counts(pool)->waiting_units; }
  /// Whether workers were woken for units since the last question.
  bool was_notified() {
    auto& wakeup = notifications_->units();
    pollfd waiting{.fd = wakeup.listen(), .events = POLLIN, .revents = 0};
    const bool notified = ::poll(&waiting, 1, 0) == 1;
    wakeup.drain();
    return notified;
  }

  LmdbBackend backend_;
  std::unique_ptr<Store> store_;
  std::optional<Notifications> notifications_;
  std::optional<Committer> committer_;
  std::optional<StoreDriver> driver_;
  FakeMembership membership_;
  FakeProcessor processor_{worker(1)};
  bool draining_ = false;
  std::vector<std::string> log_;
};

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
