// dry_run: what documents would take, and no job.
#pragma once

#include <memory>

#include "nginx/core/ngx.h"
#include "nginx/worker/submission_queue.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// Has the files of a submission, which is not submitted, looked at on a thread of docket_threads, removes them, and
/// answers the request, which is held already. Where its client goes first the looking ends. Event loop only.
void estimate(ngx_http_request_t* r, Worker& worker, std::unique_ptr<Submission> submission);

}  // namespace docket::ngx
