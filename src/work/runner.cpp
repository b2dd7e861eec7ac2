#include "work/runner.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "host/slots.h"
#include "store/recovery/dead_holders.h"
#include "work/unit_lease.h"

namespace docket {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// A store that cannot write now (full, or set aside after a failed sync) is asked again so often.
constexpr milliseconds commit_retry{1000};
constexpr milliseconds quitting_interval{50};

void log(const WorkContext& context, std::string_view line) {
  if (context.log) {
    context.log(line);
  }
}

bool is_quitting(const WorkContext& context) {
  return context.quitting && context.quitting();
}

bool is_draining(const WorkContext& context) {
  return is_quitting(context) || (context.draining && context.draining());
}

/// A unit that was done, until its end is committed.
struct DoneUnit {
  std::unique_ptr<UnitTask> task{};  ///< null where it could not even be taken, or was handed back
  std::optional<EndUnit> end{};      ///< nothing: there is nothing to commit

  [[nodiscard]] bool is_refused_for_now() const {
    return end && !end->result && end->result.error().code != ErrorCode::lease_lost;
  }

  /// After the commit.
  void close() const {
    if (task) {
      task->on_end(end ? &*end : nullptr);
    }
  }
};

/// Claims and runs units one after the other, on one thread that holds a slot. Where a unit takes less time than a
/// commit several are claimed by one commit, which is that of the ends of those before; so one sync serves many. As
/// soon as one of them is slow, the others are handed back and the ends committed: nobody waits for it.
class Runner {
 public:
  Runner(WorkContext& context, const WorkPool& pool)
      : context_(context), pool_(pool), self_(context.membership.self()), reader_(context.store.reader()) {}

  void run() {
    do {
      run_waiting();
    } while (pool_.wait && pool_.wait());
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Until no unit waits.
  void run_waiting() {
    at_once_ = 1;
    commit(at_once_);
    while (has_claimed()) {
      do_next();
      if (!goes_on()) {
        hand_back();
        commit(0);
        return;
      }
      if (!has_claimed() || Clock::now() - batch_began_ >= pool_.batch_time) {
        commit(next_claims());
      }
    }
  }

  [[nodiscard]] bool has_claimed() const { return begun_ < claims_.size(); }

  void do_next() {
    auto unit = std::move(**claims_[begun_++].result);
    const Lease lease = lease_of(context_.membership, unit.unit);
    // Those that were claimed with others have been waiting.
    if (pool_.processor.ahead() > 1 && is_unwanted(*reader_, lease)) {
      return;
    }
    DoneUnit done;
    done.end = finish(done.task, std::move(unit), lease);
    if (done.end && done.end->waits_for_room) {
      lacks_room_ = true;
      log(context_, "The disk of docket_store is full: units wait until there is room");
    }
    if (const auto* postponed = done.end ? std::get_if<ended::Postponed>(&done.end->end) : nullptr) {
      lacks_something_ = true;
      log(context_, "a unit of job " + lease.job.text() + " has to wait: " + postponed->error.detail);
    }
    came_back_ = done.end && std::holds_alternative<ended::Released>(done.end->end);
    done_.push_back(std::move(done));
  }

  /// False where no more units are to be begun.
  bool goes_on() {
    // A unit that came back because the processor can do none: it could not do the next one either.
    const bool can_go_on = !std::exchange(came_back_, false) || pool_.processor.health();
    const bool has_room = !std::exchange(lacks_room_, false);
    const bool has_all = !std::exchange(lacks_something_, false);  // the next one would lack it, too
    return can_go_on && has_room && has_all && !is_draining(context_) && !(pool_.yields && pool_.yields());
  }

  /// As many as are done in the time of a batch, if they take as long as those of the last one; the number grows step
  /// by step, since the first one of a kind says little of the others. Less those that are claimed.
  std::size_t next_claims() {
    const std::chrono::nanoseconds took = Clock::now() - batch_began_;
    const auto fit = done_.size() * std::chrono::nanoseconds(pool_.batch_time) / std::max(took, 1ns);
    at_once_ =
        std::clamp<std::size_t>(static_cast<std::size_t>(fit), 1, std::min(2 * at_once_, pool_.processor.ahead()));
    const auto claimed = claims_.size() - begun_;
    return at_once_ - std::min(at_once_, claimed);
  }

  void hand_back() {
    while (has_claimed()) {
      const auto& unit = **claims_[begun_++].result;
      done_.push_back({nullptr, EndUnit{.lease = lease_of(context_.membership, unit.unit),
                                        .pages = {},
                                        .end = ended::Released{},
                                        .now_ms = unix_ms()}});
    }
  }

  /// The unit that runs takes long: those that were claimed with it, and the ends of those before it, do not wait for
  /// it. Ends that the store does not take now are left for its own.
  void on_slow() {
    hand_back();
    at_once_ = 1;
    if (!done_.empty()) {
      const auto changes = ends();
      context_.committer.commit(changes);
      const auto left = std::stable_partition(done_.begin(), done_.end(),
                                              [](const DoneUnit& done) { return done.is_refused_for_now(); });
      std::for_each(left, done_.end(), [](const DoneUnit& done) { done.close(); });
      done_.erase(left, done_.end());
    }
  }

  /// Has it done. Where this thread runs out of memory the unit is given back, counted, so that it does not stay ours.
  std::optional<EndUnit> finish(std::unique_ptr<UnitTask>& task, ClaimedUnit unit, const Lease& lease) {
    try {
      task = pool_.processor.take(std::move(unit), *reader_);
      return task->run([this] { on_slow(); });
    } catch (const std::exception& error) {
      log(context_, error.what());
      return EndUnit{.lease = lease, .pages = {}, .end = ended::Released{.owner_lost = true}, .now_ms = unix_ms()};
    }
  }

  std::vector<Command> ends() {
    std::vector<Command> changes;
    for (auto& done : done_) {
      if (done.end) {
        changes.emplace_back(&*done.end);
      }
    }
    return changes;
  }

  /// Commits the ends of what was done, and so many claims, as one change. As long as the store cannot write the units
  /// stay ours: if we go before it can, others will recover them.
  void commit(std::size_t claims) {
    claims_.erase(claims_.begin(), claims_.begin() + static_cast<std::ptrdiff_t>(begun_));
    begun_ = 0;
    const auto claimed = claims_.size();
    claims_.resize(claimed + claims, {.holder = self_, .pool = pool_.number, .now_ms = unix_ms()});
    auto changes = ends();
    for (auto i = claimed; i < claims_.size(); ++i) {
      changes.emplace_back(&claims_[i]);
    }
    context_.committer.commit(changes);
    for (auto& done : done_) {
      if (done.end) {
        insist(*done.end);
      }
      done.close();
    }
    done_.clear();
    const auto failed = std::ranges::find_if(claims_, [](const ClaimUnit& claim) { return !claim.result; });
    if (failed != claims_.end()) {
      log(context_, "no unit can be claimed: " + failed->result.error().detail);
    }
    std::erase_if(claims_, [](const ClaimUnit& claim) { return !claim.result || !*claim.result; });
    batch_began_ = Clock::now();
  }

  /// Has an end taken that was not.
  void insist(EndUnit& end) {
    if (end.result || end.result.error().code == ErrorCode::lease_lost) {
      return;
    }
    log(context_, "the end of a unit of " + end.lease.job.text() + " is not taken: " + end.result.error().detail);
    if (!is_transient(end.result.error().code)) {
      // The store does not believe it: then the unit has ended badly.
      end.end = ended::Failed{{ErrorCode::crashed, end.result.error().detail}};
      end.pages.clear();
    }
    while (!end.result && end.result.error().code != ErrorCode::lease_lost && wait_a_little()) {
      end.now_ms = unix_ms();
      const std::array<Command, 1> again{&end};
      context_.committer.commit(again);
      if (!end.result && !is_transient(end.result.error().code)) {
        return;
      }
    }
  }

  /// False if the worker is quitting.
  bool wait_a_little() const {
    for (milliseconds waited{0}; waited < commit_retry; waited += quitting_interval) {
      if (is_quitting(context_)) {
        return false;
      }
      std::this_thread::sleep_for(quitting_interval);
    }
    return true;
  }

  WorkContext& context_;
  const WorkPool& pool_;
  const Holder self_;
  std::unique_ptr<StoreReader> reader_;

  std::vector<ClaimUnit> claims_;  ///< what was claimed and not begun when that was committed last
  std::size_t begun_ = 0;          ///< so many of them, from the first
  std::vector<DoneUnit> done_;     ///< not committed yet
  std::size_t at_once_ = 1;        ///< how many are claimed by one commit
  Clock::time_point batch_began_;  ///< the last commit's end
  bool lacks_room_ = false;        ///< of the last unit: it waits for room
  bool lacks_something_ = false;   ///< and: the machine had not what it needs
  bool came_back_ = false;         ///< and: it was not done
};

}  // namespace

void run_units(WorkContext& context, const WorkPool& pool) noexcept {
  try {
    if (is_draining(context)) {
      return;
    }
    const auto slot = try_take_unit_slot(context.run_folder, pool.number, pool.slots);
    if (!slot) {
      log(context, "no slot can be taken: " + slot.error().detail);
      return;
    }
    if (!*slot) {
      return;
    }
    // Units that cannot be done now stay where they are.
    if (!pool.processor.prepare([&] { return is_quitting(context); })) {
      return;
    }
    Runner(context, pool).run();
  } catch (const std::exception& error) {
    log(context, error.what());
  }
}

bool recover_dead_holders(WorkContext& context) noexcept {
  try {
    if (const auto beat = context.membership.beat(); !beat) {
      log(context, beat.error().detail);
    }
    const auto recovered = recover_dead_holders(context.store, context.committer, context.membership);
    if (!recovered) {
      log(context, "lost units cannot be looked for: " + recovered.error().detail);
      return false;
    }
    return recovered->units > 0;  // what could not be recovered will be, the next time
  } catch (const std::exception& error) {
    log(context, error.what());
    return false;
  }
}

}  // namespace docket
