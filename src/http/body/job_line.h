// A line of docket_log: one change of one job's state as JSON.
#pragma once

#include <string>

#include "job/state_transition.h"

namespace docket::http {

/// Appends one line with its end. `size` is of all files, `filename` and `type` are the first one's; `duration` is the
/// seconds from acceptance to the end, null before; `trace_id` is that of W3C trace context.
void append_job_line(std::string& out, const StateTransition& change);

}  // namespace docket::http
