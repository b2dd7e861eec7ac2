// What clients change of a job: they cancel it, have its callback sent again, or remove it. All three honour If-Match
// and If-None-Match, compared with the ETag of the job's status when the change is made.
#pragma once

#include "job/job_id.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// Ends a job on an I/O thread and then answers with its status, also if it was final before. What runs of it is
/// stopped by its runner, which finds its lease gone. Returns what the handler returns.
ngx_int_t cancel_job(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id);

/// Has a job's callback sent again, on an I/O thread, and then lists its deliveries.
ngx_int_t resend_callback(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id);

/// Forgets a job, with its files, on an I/O thread, and then says so.
ngx_int_t remove_job(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id);

}  // namespace docket::ngx
