// The changes of store/store.h made in one write transaction of the embedded store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/lmdb/lmdb_queue.h"
#include "store/lmdb/lmdb_writer.h"
#include "job/progress.h"
#include "store/store.h"

namespace docket {

/// One write transaction. Each apply() fills in its change's result; a refused change has written nothing, for
/// everything is read and decided before the first write of a change. What progress.h decides is only carried out.
/// Made, used and committed by LmdbStore::commit() on one thread. If commit() fails, all results are void.
class ChangeWriter {
 public:
  struct Rules {
    std::optional<Error> refuse_jobs;     ///< set: no room for new jobs, and why
    std::uint64_t environment_bytes = 0;  ///< what the environment itself takes, beside the jobs' files
    std::uint64_t kept_changes = 0;       ///< how many of the newest changes are kept
    bool tell = false;                    ///< whether told() is asked for
  };

  ChangeWriter(lmdb::Txn txn, const Tables& tables, Rules rules);
  ChangeWriter(const ChangeWriter&) = delete;
  ChangeWriter& operator=(const ChangeWriter&) = delete;
  ~ChangeWriter() = default;

  void apply(AcceptJob& change);
  void apply(ClaimUnit& change);
  void apply(RecordPages& change);
  void apply(EndUnit& change);
  void apply(CancelJob& change);
  void apply(RemoveJob& change);
  void apply(RecoverHolder& change);
  void apply(RequeueJob& change);
  void apply(FailJob& change);
  void apply(NameClient& change);
  // store/lmdb/lmdb_outbox.cpp
  void apply(TakeDeliveries& change);
  void apply(EndDelivery& change);
  void apply(ResendDelivery& change);

  /// Whether a write failed: the transaction can only be thrown away.
  [[nodiscard]] bool failed() const noexcept { return tables_.failure().has_value(); }

  Result<void> commit();

  /// What a StateListener is told, if commit() succeeded.
  [[nodiscard]] const std::vector<StateChange>& told() const noexcept { return told_; }
  /// Whether callbacks wait now that did not before, or not so long.
  [[nodiscard]] bool has_posted() const noexcept { return posted_; }

 private:
  struct Event {
    ChangeKind kind = ChangeKind::updated;
    std::uint16_t file = 0;
    std::uint32_t page = 0;
    std::uint32_t pages = 1;  ///< of page: how many, from that one on
  };
  /// A job while a change works on it.
  struct OpenJob {
    JobId id;
    OwnerKey owner;
    Status before;
    Status status;
    std::optional<JobRecord> record{};  ///< once it was asked for
    std::vector<Event> pages{};         ///< that were written
    std::vector<Event> events;          ///< besides those that show from the difference of the two
  };
  /// What a completed job came to.
  struct Results {
    Status status;
    std::vector<PageRecord> pages;
    Outputs outputs;
  };
  /// A unit's end as decided, to be written.
  struct Ending {
    PlacedUnit unit;
    FollowUp follow_up;
    std::span<const PageRecord> pages;
    const Outputs* outputs = nullptr;
  };

  Result<void> accept(AcceptJob& change);
  Result<void> check_room(const AcceptJob& change);
  Result<std::optional<JobId>> find_once(const Once& once, std::string_view owner);
  std::optional<Original> find_original(const Sha256& sameness);
  Result<Results> results_of(const JobId& id);
  void write_new_job(OpenJob& job, const AcceptJob& change);
  Result<std::optional<ClaimedUnit>> claim(const ClaimUnit& change);
  Result<void> record(const RecordPages& change);
  Result<Status> end(EndUnit& change);
  Result<Status> cancel(const CancelJob& change);
  Result<Status> remove(RemoveJob& change);
  Result<std::uint32_t> recover(const RecoverHolder& change);
  Result<std::uint32_t> requeue(const RequeueJob& change);
  Result<Status> give_up(const FailJob& change);
  Result<void> name_client(const NameClient& change);

  /// These units wait again, or are over if they cannot. Returns how many there were.
  Result<std::uint32_t> give_back(std::span<const Lease> leases, ended::HandedBack how, std::int64_t now_ms);

  /// A delivery that waits, in the line of its receiver.
  struct Due {
    Receiver receiver = 0;
    std::int64_t due_ms = 0;
    JobId job;
  };
  Result<std::vector<DueDelivery>> take(const TakeDeliveries& change);
  Result<void> end_delivery(const EndDelivery& change);
  Result<Delivery> resend(const ResendDelivery& change);
  void recover_deliveries(const Holder& holder, std::int64_t now_ms);
  void post_callback(const JobId& id, std::int64_t now_ms);
  void forget_callback(const JobId& id);
  std::optional<Callback> callback_of(const JobId& id);
  std::optional<Delivery> delivery_of(const JobId& id);
  void move_delivery(const JobId& id, const Callback& callback, const std::optional<Delivery>& from,
                     const Delivery& to);
  void leave_outbox(const JobId& id, const Callback& callback, const std::optional<Delivery>& from);
  std::optional<Due> head_of_line(Receiver receiver);
  void enter_line(const Due& due);
  void leave_line(const Due& due);
  void move_head(Receiver receiver, const std::optional<Due>& before);
  std::optional<DueDelivery> take_one(const Holder& holder, const Due& due);

  Result<OpenJob> open_job(const JobId& id);
  /// The same for who may only have jobs of `owner`: another's is not_found.
  Result<OpenJob> open_job_of(const std::optional<std::string>& owner, const JobId& id, const Condition& condition);
  /// The job's record, read once a change; lives as long as `job`.
  Result<const JobRecord*> record_of(OpenJob& job);
  Result<std::vector<PageRecord>> pages_of(const JobId& id);
  std::vector<PlacedUnit> units_of(const JobId& id);
  std::vector<Container> containers_of(const JobId& id);

  void write_pages(OpenJob& job, std::span<const PageRecord> pages);
  void write_outputs(const JobId& id, const Outputs& outputs);
  void write_ending(OpenJob& job, Ending& ending);
  /// Writes a job's changed status with all that hangs on it: changes, counters, expiry.
  void close_job(OpenJob& job);
  void find_events(OpenJob& job);
  std::vector<Event> events_of_files(const OpenJob& job);
  std::uint64_t append_change(const OpenJob& job, const Event& event);
  void tell(OpenJob& job, std::optional<State> from, std::variant<State, Removal> to, std::int64_t at_ms);
  void count_states(const OwnerKey& owner, std::optional<State> from, std::optional<State> to);
  StateCounts states_of(std::string_view key);
  std::uint64_t stored_bytes();
  /// The files of a job have become larger, or smaller.
  void count_bytes(const JobId& id, std::int64_t more);
  void trim_changes();

  TableWriter tables_;
  Rules rules_;
  Numbers numbers_;
  Numbers stored_numbers_;
  std::uint64_t appended_ = 0;  ///< entries of `changes`
  UnitQueue queue_;
  std::vector<StateChange> told_;
  bool posted_ = false;
};

}  // namespace docket
