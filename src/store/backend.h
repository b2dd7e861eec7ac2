// What a kind of store implements: one write transaction as primitive operations on jobs, units, events and
// deliveries. The rules of the commands (store/command.h) are in store/apply, once for all kinds: a backend reads and
// writes what it is told to, and decides by itself only in what order waiting units and deliveries are taken.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/command.h"
#include "store/queue_counts.h"

namespace docket {

/// How much longer a unit waits for each step of its priority: a job of priority 9 comes before those of priority 0
/// that are made nine minutes after it. Of every backend's queue.
inline constexpr std::int64_t ageing_ms = 60'000;

/// A unit that is not over: it waits, or a holder has it.
struct PlacedUnit {
  Unit unit;
  OwnerKey taker;                ///< who takes turns for it (job/turn_key.h)
  std::uint64_t place = 0;       ///< seq of the job's first unit: all its units stand there among those of its taker
  std::optional<Holder> holder;  ///< nothing: it waits

  friend bool operator==(const PlacedUnit&, const PlacedUnit&) = default;
};

/// A job to be written for the first time. Refers to what its maker owns.
struct NewJob {
  const JobRecord& record;
  const Status& status;
  const OwnerKey& owner;                  ///< of status.owner
  std::string_view fields;                ///< empty: none
  std::string_view secret;                ///< empty: none
  const IdempotentRequest* idempotent{};  ///< null: none; its key then finds this job as long as it is there
  const Callback* callback{};             ///< null: none
};

/// What an Idempotency-Key was used for.
struct KnownRequest {
  JobId job;
  Sha256 content{};
};

/// A job's callback, and how far it is.
struct CallbackState {
  Callback callback;
  std::optional<Delivery> delivery;  ///< nothing: the job is not final
};

/// A delivery that is being sent.
struct SentDelivery {
  JobId job;
  CallbackState state;
};

/// One write transaction of a backend, which makes, owns and commits it; used by its thread only, by store/apply.
///
/// Reads see the writes before them. What a read returns is decoded and owned by the caller. An operation that fails as
/// a whole (the disk, the connection, a damaged index) makes the transaction fail: it is remembered, failed() is true
/// from then on, reads find nothing, writes do nothing and the commit gives the error. So writes return nothing, and
/// may be collected and sent later. A Result that is an error says only that this record is not there, or cannot be
/// read: the command is refused, the transaction goes on.
///
/// A backend that is asked over a network is given all commands of a transaction when that begins, and reads there what
/// they touch, in one query.
class BackendTransaction {
 public:
  BackendTransaction() = default;
  BackendTransaction(const BackendTransaction&) = delete;
  BackendTransaction& operator=(const BackendTransaction&) = delete;
  virtual ~BackendTransaction() = default;

  [[nodiscard]] virtual bool failed() const noexcept = 0;

  // Jobs. Indexes that follow from a status (by owner, by expiry) are the backend's to keep in step.
  virtual bool has_job(const JobId& id) = 0;
  /// not_found if there is no such job.
  virtual Result<Status> status(const JobId& id) = 0;
  /// Of a job that is there; bad_record if it has none.
  virtual Result<JobRecord> record(const JobId& id) = 0;
  /// The sealed password; empty: none.
  virtual std::string secret(const JobId& id) = 0;
  /// There is no such job yet.
  virtual void insert_job(const NewJob& job) = 0;
  virtual void put_record(const JobRecord& record) = 0;
  /// Replaces `before`, which is what was stored. Where head.has_secret went from 1 to 0 the secret is forgotten.
  virtual void put_status(const JobId& id, const Status& before, const Status& now) = 0;
  /// Removes the job with all that was written of it: units, pages, outputs, its size, its request's key, callback and
  /// delivery. What counts jobs is told separately.
  virtual void erase_job(const JobId& id, const OwnerKey& owner, const Status& status) = 0;

  // Results.
  /// In the order of file and page.
  virtual Result<std::vector<PageRecord>> pages(const JobId& id) = 0;
  virtual Result<Outputs> outputs(const JobId& id) = 0;
  /// The files that sections of pages and outputs stand in, each once. A record that cannot be read is left out.
  virtual std::vector<OutputFile> output_files(const JobId& id) = 0;
  /// A page that is there already stays as it is.
  virtual void insert_pages(const JobId& id, std::span<const PageRecord> pages) = 0;
  virtual void put_outputs(const JobId& id, const Outputs& outputs) = 0;

  // What finds a job again.
  virtual Result<std::optional<KnownRequest>> find_request(const IdempotencyKey& key) = 0;
  /// The job that was put last for this fingerprint, if it is still there.
  virtual std::optional<JobId> find_dedupe_source(const Sha256& fingerprint) = 0;
  virtual void put_dedupe_source(const Sha256& fingerprint, const JobId& id) = 0;
  /// Nothing happens if another job was put since.
  virtual void erase_dedupe_source(const Sha256& fingerprint, const JobId& id) = 0;

  // Counting. A backend that can count its rows quickly keeps no counters.
  /// Why no new jobs are taken, whatever their limits; nothing: there is room.
  virtual std::optional<Error> no_room() = 0;
  /// How many jobs there are; null: of all owners.
  virtual StateCounts job_counts(const OwnerKey* owner) = 0;
  /// One job more, less, or in another state: nothing stands for one that is not there.
  virtual void count_job(const OwnerKey& owner, std::optional<State> from, std::optional<State> to) = 0;
  /// What the jobs' files and the store itself take.
  virtual std::uint64_t used_bytes() = 0;
  /// The job's files have become larger, or smaller.
  virtual void count_bytes(const JobId& id, std::int64_t more) = 0;
  /// As count_event() does; returns the numbers from before.
  virtual QueueCounts count_in_pool(std::uint8_t pool, PoolEvent event, std::int64_t now_ms) = 0;

  // Events.
  /// Appends `count` events: `first`, and of its pages those that follow. Returns the last one's number.
  virtual std::uint64_t append_events(const JobEvent& first, std::uint32_t count) = 0;

  // Units.
  /// The unit whose turn it is in the pool at `now_ms` (Unit::not_before_s); nothing if none waits, or another
  /// transaction is about to take those that do. It goes on waiting until it is leased or removed. See ClaimUnit for
  /// the order.
  virtual Result<std::optional<PlacedUnit>> next_unit(std::uint8_t pool, std::int64_t now_ms) = 0;
  /// lease_lost if it is not held so any more.
  virtual Result<PlacedUnit> held_unit(const Lease& lease) = 0;
  virtual std::vector<PlacedUnit> units(const JobId& id) = 0;
  virtual Result<std::vector<Lease>> leases(const Holder& holder) = 0;
  /// Gives each unit its seq, in their order, and lets it wait. Place 0: that of a new job, the first unit's seq.
  virtual void queue_units(std::span<const Unit> units, const OwnerKey& taker, std::uint64_t place) = 0;
  /// A waiting unit goes to `holder`: its taker, and its job among that one's, have had their turn.
  virtual void lease_unit(PlacedUnit& unit, const Holder& holder) = 0;
  /// A held unit, as the caller has changed it, waits again where it stood; its job keeps the turn, if no other one has
  /// had one since. With Unit::not_before_s it comes back there when its time has come.
  virtual void requeue_unit(PlacedUnit& unit) = 0;
  /// A held unit, as the caller has changed it, is held on.
  virtual void update_unit(const PlacedUnit& unit) = 0;
  virtual void remove_unit(const PlacedUnit& unit) = 0;
  /// Those of a job, waiting or held.
  virtual void remove_units(const JobId& id) = 0;

  // Deliveries. Which of them wait and who sends which is an index that follows from Delivery::state.
  /// Nothing if the job has no callback, or it cannot be read.
  virtual std::optional<CallbackState> callback(const JobId& id) = 0;
  /// Replaces what `state` says was stored; `state` is left as it was.
  virtual void put_delivery(const JobId& id, const CallbackState& state, const Delivery& now) = 0;
  /// Deliveries that wait and are due at `now_ms`, the one that is due longest first, of receivers that there is room
  /// for, until the room is used up: `begin` changes each into one that is being sent, and it is stored so.
  virtual Result<std::vector<DueDelivery>> take_due(SendingRoom room, std::int64_t now_ms,
                                                    const std::function<void(Delivery&)>& begin) = 0;
  /// Those that `holder` sends. What says that it sends one that it does not is removed: the store is damaged there.
  virtual std::vector<SentDelivery> sent_by(const Holder& holder) = 0;
};

}  // namespace docket
