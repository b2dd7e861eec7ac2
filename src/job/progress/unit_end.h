// How the end of a unit changes its job's status, and which units follow. Pure.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "job/job.h"
#include "job/outputs.h"
#include "job/unit.h"

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
struct Failed {
  Error error;
  bool repeats = false;  ///< the same work would end so again, whatever else the machine does:
                         ///< docket_cpu_limit, docket_memory_limit
};
/// The unit was not done, by no fault of its document: shutdown, a lost engine or worker.
struct Released {
  bool owner_lost = false;
};

}  // namespace ended

using UnitEnd =
    std::variant<ended::Probed, ended::RangeDone, ended::Completed, ended::Refused, ended::Failed, ended::Released>;

/// What a store has to do besides writing the status back.
struct FollowUp {
  bool unit_goes_on = false;         ///< put `unit` (changed by the call) back into the queue; else it is over
  std::vector<Unit> new_units;       ///< to be given a seq and queued
  std::vector<PageRecord> given_up;  ///< pages to be recorded as failed
};

/// How many lost owners a unit survives before its job is given up, so that a unit that kills its worker in an
/// unknown way does not go round for ever.
inline constexpr std::uint32_t max_owners_lost = 20;

/// The unit ended. Final states are reached here: completed with ended::Completed, failed when no page is left. What a
/// child says is not trusted: an end that does not fit its unit or the pages recorded so far counts as a bad end of the
/// child. So the outputs of ended::Completed are the job's only if `status` is completed afterwards. illegal_change if
/// the job is final or the unit was not begun.
Result<FollowUp> end_unit(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end, std::int64_t now_ms);

}  // namespace docket
