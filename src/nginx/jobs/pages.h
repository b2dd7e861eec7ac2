// The pages of a job one by one: listed, or sent as they end.
#pragma once

#include "job/job_id.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// Answers a GET of a job's `pages`: with the list of those that are done, or with `stream` with a line of JSON for
/// each as it ends. Returns what the handler returns.
ngx_int_t send_pages(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id);

}  // namespace docket::ngx
