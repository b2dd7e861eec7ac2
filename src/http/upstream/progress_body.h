// What another server says of how far it is with a job.
#pragma once

#include <string_view>

#include "base/error.h"
#include "job/progress/run_progress.h"

namespace docket::http {

/// Reads a JSON object with `processed` and `total`, whole numbers from 0 to 2^32 - 1, and `message`, a string; each
/// may be missing or null, others are passed over. bad_request for anything else.
Result<Steps> parse_progress(std::string_view body);

}  // namespace docket::http
