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
#include "work/document/unit_run.h"

namespace docket {
namespace {

using std::chrono::milliseconds;

// A store that cannot write now (full, or set aside after a failed sync) is asked again so often.
constexpr milliseconds commit_retry{1000};
constexpr milliseconds quitting_interval{50};

bool is_transient(ErrorCode code) noexcept {
  return code == ErrorCode::store_full || code == ErrorCode::store_unavailable || code == ErrorCode::io;
}

void log(const Workshop& workshop, std::string_view line) {
  if (workshop.log) {
    workshop.log(line);
  }
}

bool is_quitting(const Workshop& workshop) {
  return workshop.quitting && workshop.quitting();
}

bool is_draining(const Workshop& workshop) {
  return is_quitting(workshop) || (workshop.draining && workshop.draining());
}

/// Claims and runs units one after the other, on one thread that holds a slot.
class Runner {
 public:
  explicit Runner(Workshop& workshop) : workshop_(workshop), reader_(workshop.store.reader()) {}

  void run() {
    auto claim = new_claim();
    const std::array<Change, 1> first{&claim};
    workshop_.committer.commit(first);
    while (auto unit = claimed(claim)) {
      const Lease lease{workshop_.holder, unit->unit.seq, unit->unit.attempt, unit->unit.job};
      UnitRun run(workshop_, *reader_, std::move(*unit));
      auto end = finish(run, lease);
      const bool goes_on = !is_draining(workshop_) && engine_is_there(end) && !run.lacked_room();
      if (run.lacked_room()) {
        log(workshop_, "The disk of docket_store is full: units wait until there is room");
      }
      claim = new_claim();
      commit(end ? &*end : nullptr, goes_on ? &claim : nullptr);
      run.clean_up(end ? &*end : nullptr, end && end->result);
      // Without room the bell would call for the same again at once; the fallback comes in its time.
      if (end && end->queued && !run.lacked_room()) {
        workshop_.work_bell.ring();
      }
      if (!goes_on) {
        break;
      }
    }
  }

 private:
  ClaimUnit new_claim() const { return {.holder = workshop_.holder, .pool = 0, .now_ms = unix_ms()}; }

  std::optional<ClaimedUnit> claimed(ClaimUnit& claim) {
    if (!claim.result) {
      log(workshop_, "no unit can be claimed: " + claim.result.error().detail);
      return std::nullopt;
    }
    return std::exchange(*claim.result, std::nullopt);
  }

  /// Runs it. Where this thread runs out of memory the unit is given back, counted, so that it does not stay ours.
  std::optional<EndUnit> finish(UnitRun& run, const Lease& lease) const {
    try {
      return run.run();
    } catch (const std::exception& error) {
      log(workshop_, error.what());
      return EndUnit{.lease = lease, .pages = {}, .end = ended::HandedBack{.owner_lost = true}, .now_ms = unix_ms()};
    }
  }

  /// False where a unit came back because no engine can be started: the next one would, too.
  bool engine_is_there(const std::optional<EndUnit>& end) const {
    return !end || !std::holds_alternative<ended::HandedBack>(end->end) || workshop_.engine.health();
  }

  /// Commits a unit's end and the next claim as one change. As long as the store cannot write the unit stays ours: if
  /// we go before it can, others will recover it.
  void commit(EndUnit* end, ClaimUnit* claim) {
    std::vector<Change> changes;
    if (end != nullptr) {
      changes.emplace_back(end);
    }
    if (claim != nullptr) {
      changes.emplace_back(claim);
    }
    if (changes.empty()) {
      return;
    }
    workshop_.committer.commit(changes);
    if (end == nullptr || end->result || end->result.error().code == ErrorCode::lease_lost) {
      return;
    }
    log(workshop_, "the end of a unit of " + end->lease.job.text() + " is not taken: " + end->result.error().detail);
    if (!is_transient(end->result.error().code)) {
      // The store does not believe it: then the unit has ended badly.
      end->end = ended::EndedBadly{{ErrorCode::crashed, end->result.error().detail}};
      end->pages.clear();
    }
    while (!end->result && end->result.error().code != ErrorCode::lease_lost && wait_a_little()) {
      end->now_ms = unix_ms();
      const std::array<Change, 1> again{end};
      workshop_.committer.commit(again);
      if (!end->result && !is_transient(end->result.error().code)) {
        return;
      }
    }
  }

  /// False if the worker is quitting.
  bool wait_a_little() const {
    for (milliseconds waited{0}; waited < commit_retry; waited += quitting_interval) {
      if (is_quitting(workshop_)) {
        return false;
      }
      std::this_thread::sleep_for(quitting_interval);
    }
    return true;
  }

  Workshop& workshop_;
  std::unique_ptr<StoreReader> reader_;
};

}  // namespace

void run_units(Workshop& workshop) noexcept {
  try {
    if (is_draining(workshop)) {
      return;
    }
    const auto slot = try_take_slot(workshop.run_folder, workshop.slots);
    if (!slot) {
      log(workshop, "no slot can be taken: " + slot.error().detail);
      return;
    }
    if (!*slot) {
      return;
    }
    // Units that nobody can do stay where they are.
    if (!workshop.engine.health() && !workshop.engine.prepare([&] { return is_quitting(workshop); })) {
      return;
    }
    Runner(workshop).run();
  } catch (const std::exception& error) {
    log(workshop, error.what());
  }
}

bool recover_dead_holders(Workshop& workshop) noexcept {
  try {
    const auto holders = workshop.store.reader()->holders();
    if (!holders) {
      log(workshop, "lost units cannot be looked for: " + holders.error().detail);
      return false;
    }
    bool queued = false;
    for (const auto& holder : *holders) {
      if (holder == workshop.holder || !is_dead(workshop.run_folder, holder)) {
        continue;
      }
      RecoverHolder recover{.holder = holder, .now_ms = unix_ms()};
      const std::array<Change, 1> changes{&recover};
      workshop.committer.commit(changes);
      queued = queued || (recover.result && *recover.result > 0);
    }
    remove_dead_lease_files(workshop.run_folder);
    return queued;
  } catch (const std::exception& error) {
    log(workshop, error.what());
    return false;
  }
}

}  // namespace docket
