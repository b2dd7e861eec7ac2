// What has become of a job's callbacks.
#pragma once

#include "job/job_id.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// Answers with the list of a job's deliveries.
ngx_int_t send_deliveries(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id,
                          ngx_uint_t code);

}  // namespace docket::ngx
