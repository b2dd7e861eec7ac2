// Sending a job's results.
#pragma once

#include "http/field/route.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// Answers with the result of a job that `route` names: 200 with its bytes, 202 with the status body while there is
/// none yet, 422 if the job failed. `raw`: the result itself is asked for; else the field Accept says so or not.
/// Returns what the handler returns.
ngx_int_t send_result(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route, bool raw);

/// The same for a page, or a picture of one. It can be had as soon as the page is done, before its job is, and also
/// from a job that failed later.
ngx_int_t send_page(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route, bool raw);

}  // namespace docket::ngx
