// The end of a unit's try as it was decided, and writing it.
#pragma once

#include <span>

#include "job/progress/unit_end.h"
#include "store/apply/apply_context.h"

namespace docket {

/// Refers to pages and outputs of the command.
struct UnitEnding {
  PlacedUnit unit;
  FollowUp follow_up;
  std::span<const PageRecord> pages{};  ///< that the unit did since the last time
  const Outputs* outputs = nullptr;     ///< the job's results; null: none yet
};

/// Writes pages and outputs, and what becomes of the unit and those that follow it. The caller closes the job.
void write_ending(ApplyContext& context, OpenJob& job, UnitEnding& ending);

}  // namespace docket
