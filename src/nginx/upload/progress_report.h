// {id}/progress: where the server that works on a request says how far it is (docket_pass).
#pragma once

#include "job/job_id.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// Takes a POST of `{"processed": N, "total": N, "message": "…"}` and answers 204 when it is stored; 403 without the
/// token that Docket-Progress-Url had, 400 for what is no such object, 404 and 410 where the job is not there or not
/// being processed. What a content handler returns; other methods than POST are answered, too.
ngx_int_t take_progress(ngx_http_request_t* r, const JobId& id);

}  // namespace docket::ngx
