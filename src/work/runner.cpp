#include "work/runner.h"

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "host/slots.h"
#include "store/recovery/dead_holders.h"

namespace docket {
namespace {

using std::chrono::milliseconds;

// A store that cannot write now (full, or set aside after a failed sync) is asked again so often.
constexpr milliseconds commit_retry{1000};
constexpr milliseconds quitting_interval{50};

bool is_transient(ErrorCode code) noexcept {
  return code == ErrorCode::store_full || code == ErrorCode::store_unavailable || code == ErrorCode::io;
}

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

/// Claims and runs units one after the other, on one thread that holds a slot.
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
  /// Until no unit waits.
  void run_waiting() {
    auto claim = new_claim();
    const std::array<Command, 1> first{&claim};
    context_.committer.commit(first);
    while (auto unit = claimed(claim)) {
      const Lease lease{self_, unit->unit.seq, unit->unit.attempt, unit->unit.job};
      std::unique_ptr<UnitTask> task;
      auto end = finish(task, std::move(*unit), lease);
      const bool lacked_room = end && end->waits_for_room;
      if (lacked_room) {
        log(context_, "The disk of docket_store is full: units wait until there is room");
      }
      const bool yields = pool_.yields && pool_.yields();
      const bool goes_on = !is_draining(context_) && can_go_on(end) && !lacked_room && !yields;
      claim = new_claim();
      commit(end ? &*end : nullptr, goes_on ? &claim : nullptr);
      if (task) {
        task->on_end(end ? &*end : nullptr);
      }
      if (!goes_on) {
        break;
      }
    }
  }

  ClaimUnit new_claim() const { return {.holder = self_, .pool = pool_.number, .now_ms = unix_ms()}; }

  std::optional<ClaimedUnit> claimed(ClaimUnit& claim) {
    if (!claim.result) {
      log(context_, "no unit can be claimed: " + claim.result.error().detail);
      return std::nullopt;
    }
    return std::exchange(*claim.result, std::nullopt);
  }

  /// Has it done. Where this thread runs out of memory the unit is given back, counted, so that it does not stay ours.
  std::optional<EndUnit> finish(std::unique_ptr<UnitTask>& task, ClaimedUnit unit, const Lease& lease) {
    try {
      task = pool_.processor.take(std::move(unit), *reader_);
      return task->run();
    } catch (const std::exception& error) {
      log(context_, error.what());
      return EndUnit{.lease = lease, .pages = {}, .end = ended::Released{.owner_lost = true}, .now_ms = unix_ms()};
    }
  }

  /// False where a unit came back because the processor can do none: it could not do the next one either.
  bool can_go_on(const std::optional<EndUnit>& end) const {
    return !end || !std::holds_alternative<ended::Released>(end->end) || pool_.processor.health();
  }

  /// Commits a unit's end and the next claim as one change. As long as the store cannot write the unit stays ours: if
  /// we go before it can, others will recover it.
  void commit(EndUnit* end, ClaimUnit* claim) {
    std::vector<Command> changes;
    if (end != nullptr) {
      changes.emplace_back(end);
    }
    if (claim != nullptr) {
      changes.emplace_back(claim);
    }
    if (changes.empty()) {
      return;
    }
    context_.committer.commit(changes);
    if (end == nullptr || end->result || end->result.error().code == ErrorCode::lease_lost) {
      return;
    }
    log(context_, "the end of a unit of " + end->lease.job.text() + " is not taken: " + end->result.error().detail);
    if (!is_transient(end->result.error().code)) {
      // The store does not believe it: then the unit has ended badly.
      end->end = ended::Failed{{ErrorCode::crashed, end->result.error().detail}};
      end->pages.clear();
    }
    while (!end->result && end->result.error().code != ErrorCode::lease_lost && wait_a_little()) {
      end->now_ms = unix_ms();
      const std::array<Command, 1> again{end};
      context_.committer.commit(again);
      if (!end->result && !is_transient(end->result.error().code)) {
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
