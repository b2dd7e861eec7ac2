// docket_abort: jobs that are cancelled since those who waited for them have gone.
#pragma once

#include "job/job_id.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// To be called when a client that was held for `job` has gone. Cancels the job on an I/O thread if its record says so,
/// it is not final, and nobody else waits for it (Hub::is_unread()). What goes wrong is logged, and the job goes on.
void abort_if_unread(Worker& worker, const JobId& job, ngx_log_t* log) noexcept;

}  // namespace docket::ngx
