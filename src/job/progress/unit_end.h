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
  bool repeats = false;       ///< the same work would end so again, whatever else the machine does:
                              ///< docket_cpu_limit, docket_memory_limit
  std::uint32_t pause_s = 0;  ///< before the next try
};
/// The unit was not done, by no fault of its document: shutdown, a lost engine or worker.
struct Released {
  bool owner_lost = false;
};
/// The machine had not what the unit needs: descriptors, processes, memory, a file that can be read; or its child was
/// killed from outside. Never ends a job: the unit waits, longer each time.
struct Postponed {
  Error error;  ///< for the operator
};

}  // namespace ended

using UnitEnd = std::variant<ended::Probed, ended::RangeDone, ended::Completed, ended::Refused, ended::Failed,
                             ended::Released, ended::Postponed>;

/// What a store has to do besides writing the status back.
struct FollowUp {
  bool unit_goes_on = false;         ///< put `unit` (changed by the call) back into the queue; else it is over
  std::vector<Unit> new_units;       ///< to be given a seq and queued
  std::vector<PageRecord> given_up;  ///< pages to be recorded as failed
};

/// How long a unit waits that came back for the machine's sake, in seconds: after the first time, and at most. Twice as
/// long each time.
inline constexpr std::uint32_t first_pause_s = 1;
inline constexpr std::uint32_t longest_pause_s = 300;
/// A lost owner costs nothing so many times: that is a reload, a crash, an update of the system. A unit that kills its
/// worker, in an unknown way, must not go round without a pause.
inline constexpr std::uint32_t free_losses = 3;

/// The pause after so many times.
std::uint32_t pause_after(std::uint32_t times) noexcept;

/// The unit ended. Final states are reached here: completed with ended::Completed, failed when no page is left. What a
/// child says is not trusted: an end that does not fit its unit or the pages recorded so far counts as a bad end of the
/// child. So the outputs of ended::Completed are the job's only if `status` is completed afterwards. illegal_change if
/// the job is final or the unit was not begun.
Result<FollowUp> end_unit(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end, std::int64_t now_ms);

}  // namespace docket
