// A store, a committer and a processor for tests of the runner: no engine, no documents.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"
#include "work/runner.h"

namespace docket {

/// Ends each unit as it is told to, and keeps a list of what it was asked to do.
class FakeProcessor final : public Processor {
 public:
  explicit FakeProcessor(Holder holder) : holder_(holder) {}

  Result<void> prepare(const std::function<bool()>& /*stop*/) override {
    did.emplace_back("prepare");
    return missing ? fail(*missing) : Result<void>();
  }
  [[nodiscard]] Result<void> health() const override { return missing ? fail(*missing) : Result<void>(); }
  [[nodiscard]] std::size_t ahead() const noexcept override { return at_once; }
  std::unique_ptr<UnitTask> take(ClaimedUnit unit, StoreReader& /*reader*/) override {
    return std::make_unique<Task>(*this, std::move(unit));
  }

  std::optional<Error> missing;  ///< what units need, and why there is none
  std::function<std::optional<EndUnit>(EndUnit)> ends = [](EndUnit end) { return end; };
  std::vector<std::string> did;
  std::size_t at_once = 1;       ///< Processor::ahead()
  std::function<void()> slow{};  ///< of the unit in hand: says that it takes long

 private:
  class Task final : public UnitTask {
   public:
    Task(FakeProcessor& owner, ClaimedUnit unit) : owner_(owner), unit_(std::move(unit.unit)) {}

    std::optional<EndUnit> run(const std::function<void()>& on_slow) override {
      owner_.did.push_back("run in pool " + std::to_string(unit_.pool));
      owner_.slow = on_slow;
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

  void TearDown() override { EXPECT_THAT(LmdbBackend::check(*store_), testing::IsEmpty()); }

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

}  // namespace docket
