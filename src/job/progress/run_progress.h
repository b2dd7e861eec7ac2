// How a job of run units gets on, whose work is no document's: pure functions below progress.h and unit_end.h.
#pragma once

#include <cstdint>
#include <string>

#include "job/job.h"
#include "job/progress/unit_end.h"
#include "job/unit.h"

namespace docket {

/// How far a run unit says it is.
struct Steps {
  std::uint32_t processed = 0;
  std::uint32_t total = 0;  ///< 0: not known
  std::string message;      ///< for people, valid UTF-8; empty: none

  friend bool operator==(const Steps&, const Steps&) = default;
};

/// The run units of a job that is accepted: one, or one a file.
std::vector<Unit> begin_runs(const JobRecord& record, const Status& status);

/// A run unit was claimed: what it works on is processed. False if that was known.
bool begin_run(Status& status, const Unit& unit) noexcept;

/// Counts what a run unit says. Numbers never decrease, retries included: a client has seen them. illegal_change if the
/// unit is no run unit of a job that is processed.
Result<void> record_steps(Status& status, const Unit& unit, const Steps& steps, std::int64_t now_ms);

/// end_unit() of a run unit: completed with ended::Completed, or when each file's unit ended and one of them well;
/// failed when no file is left. An end that no run unit can have counts as a bad one.
FollowUp end_run(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end, std::int64_t now_ms);

}  // namespace docket
