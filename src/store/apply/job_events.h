// Which events a command's change of a job comes to.
#pragma once

#include <functional>
#include <vector>

#include "store/apply/apply_context.h"

namespace docket {

/// Completes job.events: in front the pages that were done and the files that are over, behind the job's own change of
/// state. `units` reads the units that the job has now; it is called where they are needed only.
void find_events(OpenJob& job, const std::function<std::vector<PlacedUnit>()>& units);

}  // namespace docket
