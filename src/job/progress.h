// How a job gets on: pure functions from a status and what happened to the new status and the units that follow.
// Stores call these inside their transactions; nothing else changes a Status.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "job/job.h"

namespace docket {

/// How a unit ended.
namespace ended {

/// A probe found out how many pages there are; the ranges cover what is still to do (none: the probe did it all).
struct Probed {
  std::uint32_t total_pages = 0;
  std::vector<PageRange> ranges;
};
/// A range did all its pages.
struct RangeDone {};
/// The unit wrote the job's final results: an assemble, or a probe that did a small document whole (`total_pages`).
struct Completed {
  std::uint32_t total_pages = 0;  ///< 0 from assemble
  Outputs outputs;
};
/// The document is at fault and trying again is no use (encrypted, corrupt, too many pages …).
struct Refused {
  Error error;
};
/// The unit's own child ended badly: timeout, crashed, out_of_memory. Counts as a try.
struct EndedBadly {
  Error error;
  bool repeats = false;  ///< the same work would end so again, whatever else the machine does:
                         ///< docket_cpu_limit, docket_memory_limit
};
/// The unit was not done and nobody is to blame: shutdown, a lost engine or worker.
struct HandedBack {
  bool owner_lost = false;
};

}  // namespace ended

using UnitEnd = std::variant<ended::Probed, ended::RangeDone, ended::Completed, ended::Refused, ended::EndedBadly,
                             ended::HandedBack>;

/// What a store has to do besides writing the status back.
struct FollowUp {
  bool unit_goes_on = false;         ///< put `unit` (changed by the call) back into the queue; else it is over
  std::vector<Unit> new_units;       ///< to be given a seq and queued
  std::vector<PageRecord> given_up;  ///< pages to be recorded as failed
};

/// How many lost owners a unit survives before its job is given up, so that a unit that kills its worker by a way
/// nobody thought of does not circle for ever.
inline constexpr std::uint32_t max_owners_lost = 20;

/// The status and the first units (one probe a file) of a job that is accepted at `now_ms`. `status` has its files,
/// owner, result_url; the rest is set here. A job without files has no units and has failed (no_file).
std::vector<Unit> begin_job(const JobRecord& record, Status& status, std::int64_t now_ms);

/// The status of a job that is accepted at `now_ms` and completed at once, with the results of `original`: one that is
/// completed, has as many files and no warnings. `status` as for begin_job().
void begin_linked_job(const JobRecord& record, Status& status, const Status& original, std::int64_t now_ms);

/// Whether others may have this job's results: it is completed, and nothing went wrong that might go well another time.
bool is_original(const Status& status) noexcept;

/// A unit of the job was claimed: the job is processing from the first on. illegal_change if the job is final.
Result<void> begin_unit(Status& status, const Unit& unit, std::int64_t now_ms);

/// A probe that goes on with the pages itself found out how many there are. Nothing happens for 0 or another unit.
void set_total_pages(Status& status, const Unit& unit, std::uint32_t total_pages, std::int64_t now_ms);

/// Pages of `unit` are done or failed each on its own. Moves the first_page of a range, and of a probe that does pages
/// itself, on. The pages must be the unit's next ones, ascending and without a gap: illegal_change, and no change at
/// all, if they are not, or were counted before.
Result<void> record_pages(const JobRecord& record, Status& status, Unit& unit, std::span<const PageRecord> pages,
                          std::int64_t now_ms);

/// What happens to a job's files now that it is final, as its record says: until when they are kept, and that the
/// uploads of a completed one are not. Nothing for a job that is not final.
void settle_retention(const JobRecord& record, Status& status) noexcept;

/// Ends a job that is no longer wanted: failed, cancelled, whatever of it waits or runs. False, and no change, if it is
/// final already.
bool cancel_job(Status& status, std::int64_t now_ms);

/// Ends a job that cannot go on, for this reason. False, and no change, if it is final already.
bool fail_job(Status& status, const Error& error, std::int64_t now_ms);

/// The unit ended. Final states are reached here: completed with ended::Completed, failed when no page is left. What a
/// child says is not trusted: an end that does not fit its unit or the pages recorded so far counts as a bad end of the
/// child. So the outputs of ended::Completed are the job's only if `status` is completed afterwards. illegal_change if
/// the job is final or the unit was not begun.
Result<FollowUp> end_unit(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end, std::int64_t now_ms);

}  // namespace docket
