// {id}/response: the answer of the server that a request was passed to (docket_pass).
#pragma once

#include <cstdint>

#include "job/job_id.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

enum class ResponseUse : std::uint8_t {
  result,   ///< asked for as a result: 202 while the job goes on, 422 if it failed
  instead,  ///< what a held request is answered with: a job that failed is this server's 502 or 504
};

/// Answers with status, fields and body as they came; what of them is not passed on says parse_response_head(). To be
/// called on the event loop, which waits for the disk only where the head is not in memory any more.
ngx_int_t send_response(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id, ResponseUse use);

}  // namespace docket::ngx
