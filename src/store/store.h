// The interface to where jobs are kept. lmdb_store is the embedded one; whatever comes later passes the same suite of
// tests (t/unit/core/store_conformance.h). Everything above speaks to this interface only.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "job/job_event.h"
#include "job/codec.h"
#include "job/job.h"
#include "job/idempotency.h"
#include "job/delivery.h"
#include "job/progress.h"
#include "job/state_change.h"
#include "job/quota.h"

namespace docket {

// ---- Changes. Each is a request with room for its result; the caller owns it until Store::commit() returns.

/// A completed job, and what of its files holds its results.
struct Original {
  JobId job;
  std::vector<Container> containers;

  friend bool operator==(const Original&, const Original&) = default;
};

/// A new job whose files are durable in the spool.
struct AcceptJob {
  JobRecord record;
  Status status;       ///< files, owner, result_url; completed by begin_job()
  std::string fields;  ///< the client's fields as a JSON object; empty: none
  std::string secret;  ///< the documents' password, sealed; forgotten when the job is final; empty: none
  OwnerKey
      client{};  ///< client_key() of where it came from; zeros: not known. A job without an owner takes turns by it
  StoreLimits limits;
  std::optional<Once> once;            ///< nothing: no Idempotency-Key
  std::optional<Callback> callback{};  ///< where the job's end is told; nothing: nowhere
  bool own_results = false;            ///< the job is done as any other even if there is an original
  /// The original whose results the caller has linked under this job's name; see `original`.
  std::optional<JobId> linked_to{};
  std::int64_t now_ms = 0;

  /// Set where a job was made for the same key and content before: that one is the request's, and this is none.
  std::optional<JobId> known{};
  /// Set where a completed job has the record's sameness and no warning: no job was made. The caller links its
  /// containers under this job's name (Spool::link_containers) and commits again with `linked_to`: then this job is
  /// completed with these results. Or, where that does not go, with `own_results`.
  std::optional<Original> original{};

  /// not_found: the job of `linked_to` has gone, or is no original any more; the links are to be removed. store_full:
  /// no room for new jobs; queue_full, owner_queue_full: too many unfinished ones; bad_request: an id there is already;
  /// key_reused: the key was used for other content.
  Result<void> result{};
};

/// The next unit for `holder`: lowest priority value first, unless a job of a higher one has waited a minute longer for
/// each step; owners, or clients where there is no owner, in turn, and the jobs of each in turn; within a job the units
/// that were made first.
struct ClaimedUnit {
  Unit unit;
  JobRecord record;
  Status status;
  std::vector<PageRecord> pages;  ///< for assemble: the job's pages in the order of file and page
  std::string secret;             ///< as it was accepted
};
struct ClaimUnit {
  Holder holder;
  std::uint8_t pool = 0;
  std::int64_t now_ms = 0;

  Result<std::optional<ClaimedUnit>> result{};  ///< nothing: no unit waits
};

/// Pages of a running unit that are done. lease_lost if the unit is no longer held so (also: its job was removed).
struct RecordPages {
  Lease lease;
  std::vector<PageRecord> pages;
  /// Set once, by a probe that goes on with the pages itself, so that total_pages is known early.
  std::optional<std::uint32_t> total_pages;
  std::int64_t now_ms = 0;

  Result<void> result{};
};

/// The end of a unit, with the pages that were not recorded yet. lease_lost as above.
struct EndUnit {
  Lease lease;
  std::vector<PageRecord> pages;
  UnitEnd end;
  std::int64_t now_ms = 0;

  Result<Status> result{};  ///< the job's status after it
  bool queued = false;      ///< units wait now that did not before: the caller rings the bell
};

/// Whether a change may be made to a job whose last change was of this number: looked at within the change's own
/// transaction, on the committing thread, so that nothing comes between. Empty: always. Its error is the change's.
using Condition = std::function<Result<void>(std::uint64_t change)>;

/// Ends a job: failed, cancelled. What runs of it finds its lease lost. not_found if there is no such job of this
/// owner.
struct CancelJob {
  JobId job;
  std::optional<std::string> owner;  ///< nothing: whoever it belongs to
  std::int64_t now_ms = 0;
  Condition condition{};

  Result<Status> result{};  ///< the status after it; of a job that was final, as it was
};

/// Forgets a job with all its units, pages and index entries; a running unit finds its lease lost. The caller removes
/// the files afterwards. not_found if there is no such job of this owner.
struct RemoveJob {
  JobId job;
  std::optional<std::string> owner;  ///< nothing: whoever it belongs to
  std::int64_t now_ms = 0;
  Removal why = Removal::deleted;
  Condition condition{};

  Result<Status> result{};  ///< the status it had
  /// All distinct containers but the pages file that its outputs and pages stand in, so that the files can be removed
  /// by name. Tries that were never committed may have left more: Spool::remove_job() finds those too.
  std::vector<Container> containers{};
};

/// Every unit held by `holder` (whose lease file nobody locks any more) is queued again, and every delivery waits
/// again.
struct RecoverHolder {
  Holder holder;
  std::int64_t now_ms = 0;

  Result<std::uint32_t> result{};  ///< how many units; the caller rings the bell if there are any
};

/// Every unit of the job that somebody holds, dead or alive, is queued again; who holds it finds its lease lost.
/// Nobody is to blame for it. illegal_change for a final job, not_found if there is no such job.
struct RequeueJob {
  JobId job;
  std::int64_t now_ms = 0;

  Result<std::uint32_t> result{};  ///< how many units; the caller rings the bell if there are any
};

/// Ends a job that cannot go on, since the store lost a part of it: failed, for this reason. What runs of it finds its
/// lease lost. not_found if there is no such job.
struct FailJob {
  JobId job;
  Error error;
  std::int64_t now_ms = 0;

  Result<Status> result{};  ///< the status after it; of a job that was final, as it was
};

/// The name of the host that a job came from is known now (Origin::client_name). not_found if there is no such job.
struct NameClient {
  JobId job;
  std::string name;

  Result<void> result{};
};

/// A callback in the hands of a sender.
struct DueDelivery {
  JobId job;
  Receiver receiver = 0;
  Callback callback;
  Delivery delivery;
};

/// Callbacks whose time has come, for `holder` to send: the one that is due longest first, of those that the holder has
/// room for.
struct TakeDeliveries {
  Holder holder;
  SendingRoom room;
  std::int64_t now_ms = 0;

  Result<std::vector<DueDelivery>> result{};
};

/// The end of a try (job/delivery.h, end_try). lease_lost if it is no longer held so, or its job was removed.
struct EndDelivery {
  JobId job;
  Holder holder;
  std::uint64_t number = 0;                ///< Delivery::number
  std::optional<DeliveryAttempt> attempt;  ///< nothing: it is handed back, as if it had not begun
  std::uint64_t retry_after_ms = 0;        ///< what the receiver asked for
  double random = 0.5;                     ///< 0 … 1
  std::int64_t now_ms = 0;

  Result<void> result{};
};

/// The job's callback is to be sent again. bad_request for a job that has none, or is not final; not_found if there is
/// no such job of this owner.
struct ResendDelivery {
  JobId job;
  std::optional<std::string> owner;  ///< nothing: whoever it belongs to
  std::int64_t now_ms = 0;
  Condition condition{};

  Result<Delivery> result{};
};

using Change = std::variant<AcceptJob*, ClaimUnit*, RecordPages*, EndUnit*, CancelJob*, RemoveJob*, RecoverHolder*,
                            RequeueJob*, FailJob*, NameClient*, TakeDeliveries*, EndDelivery*, ResendDelivery*>;

// ---- Reading.

/// What a listing is restricted to.
struct ListQuery {
  std::optional<std::string> owner{};  ///< nothing: all owners
  std::uint8_t states = 0x0F;          ///< bit mask over State
  std::optional<JobId> before{};       ///< only jobs older than this one: the cursor
  std::uint32_t limit = 100;
};

/// Numbers for estimates.
struct QueueCounts {
  std::uint64_t accepted = 0;  ///< jobs accepted in this pool since the store was made
  std::uint64_t started = 0;   ///< of those, taken up or removed before they were
  std::uint64_t waiting_units = 0;
  std::uint64_t start_interval_us = 0;  ///< between two jobs' being taken up while others wait, lately; 0: not known
  std::int64_t last_start_ms = 0;       ///< when one was taken up and others waited; 0: nobody waits
};

/// Which files a job has, by its records.
struct JobFiles {
  struct Input {
    std::uint64_t size = 0;
    Sha256 sha256{};
  };
  struct Reach {
    Container container;
    std::uint64_t bytes = 0;        ///< where the last committed section of it ends
    std::vector<Section> summed{};  ///< the sections that have a sum
  };

  JobId id;
  State state = State::pending;
  std::vector<Input> inputs;      ///< none where they are not kept
  std::vector<Reach> containers;  ///< those that committed sections stand in, each once
  bool readable = true;           ///< false: a record is damaged, and there may be more files than these
};

/// Where a reader of changes has got to.
struct ChangesRead {
  std::uint64_t last = 0;  ///< the number of the last one that was shown, or from where it was looked
  bool more = false;       ///< there are more behind it
  bool gap = false;        ///< some behind where it was looked from are not kept any more: none was shown
};

/// A read-only look at the store. Made by Store::reader(); belongs to one thread; every call is one short snapshot and
/// no snapshot is open between calls. Views given to a visitor die when it returns; a visitor does not use the reader.
class StoreReader {
 public:
  StoreReader() = default;
  StoreReader(const StoreReader&) = delete;
  StoreReader& operator=(const StoreReader&) = delete;
  virtual ~StoreReader() = default;

  /// A job's status and, if it has any, its fields (a JSON object, else empty); of a job that is not final also the
  /// counts of its pool (else zeros: it has no place in the line). not_found for an unknown job.
  virtual Result<void> status(
      const JobId& job,
      const std::function<void(const StatusView&, std::string_view fields, const QueueCounts&)>& visit) = 0;

  /// The job's final outputs; not_found while there are none.
  virtual Result<Outputs> outputs(const JobId& job) = 0;

  /// One page's record; not_found while it is not done.
  virtual Result<PageRecord> page(const JobId& job, std::uint16_t file, std::uint32_t page) = 0;

  virtual Result<JobRecord> record(const JobId& job) = 0;

  /// The newest jobs first. Looks at no more than `max_looked_at` index entries, whatever matches.
  /// Returns the id to go on `before`, nothing at the end.
  virtual Result<std::optional<JobId>> list(const ListQuery& query,
                                            const std::function<void(const JobId&, const StatusView&)>& visit) = 0;

  virtual Result<QueueCounts> counts(std::uint8_t pool) = 0;

  /// What the files of all jobs come to, in bytes. What tries left that came to nothing is not counted.
  virtual Result<std::uint64_t> stored_bytes() = 0;

  /// Jobs whose time is over at `now_ms`, the longest ago first.
  virtual Result<std::vector<JobId>> expired(std::int64_t now_ms, std::uint32_t limit) = 0;

  /// How many jobs there are of this owner; nothing: of all.
  virtual Result<StateCounts> states(const std::optional<std::string>& owner) = 0;

  /// The number of the last change there was; 0: none yet.
  virtual Result<std::uint64_t> last_change() = 0;

  /// Shows the changes whose numbers are above `after`, in order and no more than `limit`. Numbers are consecutive.
  virtual Result<ChangesRead> changes(std::uint64_t after, std::uint32_t limit,
                                      const std::function<void(std::uint64_t number, const ChangeEntry&)>& visit) = 0;

  /// How far the job's callback is; nothing for a job that has none, or is not final.
  virtual Result<std::optional<Delivery>> delivery(const JobId& job) = 0;

  /// When the next callback is due that there is room for; nothing if none waits.
  virtual Result<std::optional<std::int64_t>> next_delivery(const SendingRoom& room) = 0;

  /// Who holds units, or callbacks, at the moment.
  virtual Result<std::vector<Holder>> holders() = 0;

  /// All units held at the moment.
  virtual Result<std::vector<Lease>> leases() = 0;

  /// Which files the jobs from `first` to `last` have, in the order of their ids. Takes as many short snapshots as it
  /// needs, so that a job may be gone, or further, when it is looked at again. Returns the first id behind `last`,
  /// nothing at the end.
  virtual Result<std::optional<JobId>> files(const JobId& first, const JobId& last,
                                             const std::function<void(JobFiles)>& visit) = 0;

  static constexpr std::uint32_t max_looked_at = 10'000;
};

/// Safe to use from any number of threads; one instance per store and process. Made after fork, destroyed before exit.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Makes all changes in one durable transaction, in their order, and fills in each one's result. A change that is
  /// refused (lease_lost, not_found) leaves the others alone; a failed transaction fails them all with store_full,
  /// store_unavailable or io. Blocks: never called on an event loop. store/committer groups callers.
  virtual void commit(std::span<const Change> changes) noexcept = 0;

  virtual std::unique_ptr<StoreReader> reader() = 0;

  /// Whether writes are taken, and room: the share of the map in use, 0 … 1. From /health; cheap; no lock.
  struct Health {
    bool writable = false;
    double used_share = 0;
    std::string detail;
  };
  virtual Health health() = 0;

  /// `ring` is called, on the thread of the commit, whenever callbacks were made to wait: by a job that became final,
  /// above all. To be set before threads use the store.
  void on_outbox(std::function<void()> ring) { ring_outbox_ = std::move(ring); }

 protected:
  void ring_outbox() const {
    if (ring_outbox_) {
      ring_outbox_();
    }
  }

 private:
  std::function<void()> ring_outbox_;
};

}  // namespace docket
