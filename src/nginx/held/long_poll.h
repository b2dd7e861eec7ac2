// Requests that are held until their job has come to what they ask for.
#pragma once

#include <functional>
#include <optional>

#include "http/form/wait.h"
#include "job/job_id.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// How an answer is made: called at once, after each change of the job, and with `last` when the time is over. Nothing:
/// it is not yet time to answer; never with `last`. Else what a handler returns.
using Attempt = std::function<std::optional<ngx_int_t>(bool last)>;

/// Holds the answer to `r`, which is about `job`, for as long as was asked. Returns what `attempt` returned if it had
/// something to say at once; nothing if the request waits now: then the caller keeps it (a content handler increments
/// r->main->count and returns NGX_DONE), it is ended later by end_request(), and costs no thread until then. If its
/// client goes first nothing is left of it, and a job with docket_abort that nobody else waits for is cancelled.
std::optional<ngx_int_t> hold_for_job(ngx_http_request_t* r, Worker& worker, const JobId& job,
                                      const http::Waiting& waiting, Attempt attempt);

}  // namespace docket::ngx
