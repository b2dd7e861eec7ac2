// How a job gets on: pure functions from a status and what happened to the new status and the units that follow.
// Stores call these inside their transactions; nothing else changes a Status.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "job/job.h"
#include "job/outputs.h"
#include "job/progress/unit_end.h"
#include "job/unit.h"

namespace docket {

/// The status and the first units (one probe a file) of a job that is accepted at `now_ms`. `status` has its files,
/// owner, result_url; the rest is set here. A job without files has no units and has failed (no_file).
std::vector<Unit> begin_job(const JobRecord& record, Status& status, std::int64_t now_ms);

/// The status of a job that is accepted at `now_ms` and completed at once, with the results of `dedupe_source`: one
/// that is completed, has as many files and no warnings. `status` as for begin_job().
void begin_linked_job(const JobRecord& record, Status& status, const Status& original, std::int64_t now_ms);

/// Whether others may have this job's results: it is completed, and nothing went wrong that might go well another time.
bool is_dedupe_source(const Status& status) noexcept;

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

/// Ends a job that is no longer wanted: failed, cancelled, whatever of it waits or runs. `why` is its detail; empty:
/// the usual one. False, and no change, if it is final already.
bool cancel_job(Status& status, std::string_view why, std::int64_t now_ms);

/// Ends a job that cannot go on, for this reason. False, and no change, if it is final already.
bool fail_job(Status& status, const Error& error, std::int64_t now_ms);

}  // namespace docket
