// What a store is asked to change. Each is a request with room for its result; the caller owns it until Store::commit()
// returns.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "job/delivery.h"
#include "job/idempotency.h"
#include "job/job.h"
#include "job/job_event.h"
#include "job/outputs.h"
#include "job/progress/progress.h"
#include "job/progress/run_progress.h"
#include "job/quota.h"
#include "job/state_transition.h"
#include "job/unit.h"

namespace docket {

/// A completed job, and what of its files holds its results.
struct DedupeSource {
  JobId job;
  std::vector<OutputFile> output_files;

  friend bool operator==(const DedupeSource&, const DedupeSource&) = default;
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
  std::optional<IdempotentRequest> idempotent;  ///< nothing: no Idempotency-Key
  std::optional<Callback> callback{};           ///< where the job's end is reported; nothing: nowhere
  bool own_results = false;                     ///< the job is done as any other even if there is an original
  /// The original whose results the caller has linked under this job's name; see `dedupe_source`.
  std::optional<JobId> linked_to{};
  std::int64_t now_ms = 0;

  /// Set where a job was made for the same key and content before: that one is the request's, and no job was made.
  std::optional<JobId> known{};
  /// Set where a completed job has the record's fingerprint and no warning: no job was made. The caller links its
  /// output_files under this job's name (Spool::link_outputs) and commits again with `linked_to`: then this job is
  /// completed with these results. Or, where that does not go, with `own_results`.
  std::optional<DedupeSource> dedupe_source{};

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

/// How far a run unit says it is. lease_lost as above.
struct RecordSteps {
  Lease lease;
  Steps steps;
  std::int64_t now_ms = 0;

  Result<void> result{};
};

/// How far the server says it is that a job's request was sent to (docket_pass): the same without a lease, since
/// whoever is told need not be who holds the unit. not_found if there is no such job; illegal_change if it is not being
/// processed as a whole.
struct ReportSteps {
  JobId job;
  Steps steps;
  std::int64_t now_ms = 0;

  Result<void> result{};
};

/// The end of a unit, with the pages, or the steps, that were not recorded yet. lease_lost as above.
struct EndUnit {
  Lease lease;
  std::vector<PageRecord> pages;
  UnitEnd end;
  std::int64_t now_ms = 0;
  std::optional<Steps> steps{};  ///< of a run unit

  Result<Status> result{};  ///< the job's status after it
  bool queued = false;      ///< units wait now that did not before
  /// Set by the caller: the unit is handed back because the disk is full, and no worker is to be woken for it.
  bool waits_for_room = false;
};

/// Whether a change may be made to a job whose last change was of this number: looked at within the change's own
/// transaction, on the committing thread, so that nothing comes between. Empty: always. Its error is the change's.
using Condition = std::function<Result<void>(std::uint64_t change)>;

/// Ends a job: failed, cancelled. What runs of it finds its lease lost. not_found if there is no such job of this
/// owner.
struct CancelJob {
  JobId job;
  std::optional<std::string> owner;  ///< nothing: any owner
  std::int64_t now_ms = 0;
  Condition condition{};
  std::string why{};  ///< the job's detail; empty: the usual one

  Result<Status> result{};  ///< the status after it; of a job that was final, as it was
};

/// Forgets a job with all its units, pages and index entries; a running unit finds its lease lost. The caller removes
/// the files afterwards. not_found if there is no such job of this owner.
struct RemoveJob {
  JobId job;
  std::optional<std::string> owner;  ///< nothing: any owner
  std::int64_t now_ms = 0;
  Removal why = Removal::deleted;
  Condition condition{};

  Result<Status> result{};  ///< the status it had
  /// All distinct output_files but the pages file that its outputs and pages stand in, so that the files can be removed
  /// by name. Tries that were never committed may have left more: Spool::remove_job() finds those too.
  std::vector<OutputFile> output_files{};
};

/// Every unit held by `holder` (a dead worker: its lease file is not locked any more) is queued again, and every
/// delivery waits again.
struct RecoverHolder {
  Holder holder;
  std::int64_t now_ms = 0;

  Result<std::uint32_t> result{};  ///< how many units
};

/// Every unit of the job that is held, by a dead or a living worker, is queued again; its holder finds its lease lost.
/// Does not count as a failed try. illegal_change for a final job, not_found if there is no such job.
struct RequeueJob {
  JobId job;
  std::int64_t now_ms = 0;

  Result<std::uint32_t> result{};  ///< how many units
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
  std::optional<std::string> owner;  ///< nothing: any owner
  std::int64_t now_ms = 0;
  Condition condition{};

  Result<Delivery> result{};
};

using Command =
    std::variant<AcceptJob*, ClaimUnit*, RecordPages*, RecordSteps*, ReportSteps*, EndUnit*, CancelJob*, RemoveJob*,
                 RecoverHolder*, RequeueJob*, FailJob*, NameClient*, TakeDeliveries*, EndDelivery*, ResendDelivery*>;

}  // namespace docket
