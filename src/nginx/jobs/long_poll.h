// Answers that are held until there is something to tell.
#pragma once

#include <functional>
#include <optional>

#include "job/job_id.h"
#include "http/form/wait.h"
#include "nginx/worker/hub.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// How an answer is made: called at once, after each change of the job, and with `last` when the time is over. Nothing:
/// it is not yet time to answer; never with `last`. Else what a handler returns.
using Attempt = std::function<std::optional<ngx_int_t>(bool last)>;

/// Holds the answer to `r`, which is about `job`, for as long as was asked. Returns what `attempt` returned if it had
/// something to say at once; nothing if the request waits now: it is ended later by ngx_http_finalize_request(), and
/// costs no thread until then. If its client goes first nothing is left of it.
std::optional<ngx_int_t> hold(ngx_http_request_t* r, Hub& hub, const JobId& job, const http::Waiting& waiting,
                              Attempt attempt);

}  // namespace docket::ngx
