// What the commands of one transaction share: opening a job, and writing it back with all that follows from its change.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "job/state_transition.h"
#include "store/backend.h"

namespace docket {

/// An event of the job that is being changed.
struct EventRun {
  JobEventKind kind = JobEventKind::updated;
  std::uint16_t file = 0;
  std::uint32_t page = 0;
  std::uint32_t pages = 1;  ///< of page: how many, from that one on
};

/// A job while a command works on it. Owned by the command; nothing is written before close_job().
struct OpenJob {
  JobId id;
  OwnerKey owner;
  Status before;
  Status status;
  std::optional<JobRecord> record{};  ///< once it was asked for
  std::vector<EventRun> pages{};      ///< pages that were written
  std::vector<EventRun> events{};     ///< besides those that show from the difference between `before` and `status`
};

/// Lives as long as the transaction, on its thread. Owned by the Applier.
class ApplyContext {
 public:
  /// `publish`: whether transitions() is asked for.
  ApplyContext(BackendTransaction& transaction, bool publish) noexcept : backend(transaction), publish_(publish) {}
  ApplyContext(const ApplyContext&) = delete;
  ApplyContext& operator=(const ApplyContext&) = delete;
  ~ApplyContext() = default;

  BackendTransaction& backend;

  /// not_found if there is no such job.
  Result<OpenJob> open_job(const JobId& id);
  /// The same for a caller who may only have jobs of `owner`: another owner's job is not_found.
  Result<OpenJob> open_job_of(const std::optional<std::string>& owner, const JobId& id, const Condition& condition);
  /// The job's record, read once a command; lives as long as `job`.
  Result<const JobRecord*> record_of(OpenJob& job);

  void write_pages(OpenJob& job, std::span<const PageRecord> pages);
  void write_outputs(const JobId& id, const Outputs& outputs);
  /// Writes a job's changed status with all that hangs on it: events, counters, what becomes of files, secret, units
  /// and callback now that the job is final. Nothing if nothing has changed.
  void close_job(OpenJob& job);

  /// Returns the number of the last one.
  std::uint64_t append_event(const OpenJob& job, const EventRun& event);
  void publish(OpenJob& job, std::optional<State> from, std::variant<State, Removal> to, std::int64_t at_ms);
  /// Writes a delivery in the place of the one in `state`.
  void put_delivery(const JobId& id, const CallbackState& state, const Delivery& now);

  /// What a StateListener hears of, if the transaction is committed.
  [[nodiscard]] const std::vector<StateTransition>& transitions() const noexcept { return transitions_; }
  /// Whether callbacks wait now that did not before, or not so long.
  [[nodiscard]] bool has_posted() const noexcept { return posted_; }

 private:
  const bool publish_;
  std::vector<StateTransition> transitions_;
  bool posted_ = false;
};

}  // namespace docket
