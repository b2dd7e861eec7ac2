// A job's status as an answer.
#pragma once

#include "http/body/status_body.h"
#include "job/job_id.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

inline constexpr std::string_view json_type = "application/json";

/// Answers with a job's status body: `code` 200 where the status was asked for, 202 where a result was that is not
/// there yet. Returns what the handler returns.
ngx_int_t send_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id, ngx_uint_t code,
                      http::StatusDialect dialect = http::StatusDialect::full);

/// The same where the status itself is asked for, in the dialect that the query names.
ngx_int_t send_asked_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id);

}  // namespace docket::ngx
