// Telling how far a job is.
#pragma once

#include "job/job_id.h"
#include "http/body/status_body.h"
#include "nginx/access/access.h"
#include "nginx/core/context.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

inline constexpr std::string_view json_type = "application/json";

/// The answer to whatever is not there, or is another owner's: its text is send_problem()'s.
inline Error no_such_job() {
  return Error{ErrorCode::not_found, {}};
}

/// Keeps for the variables which job a request is about, and how far it is.
inline void remember(ngx_http_request_t* r, const JobId& id, State state) noexcept {
  if (Context* context = context_of(r)) {
    context->job = id;
    context->state = state;
  }
}

/// Answers with a job's status body: `code` 200 where the status was asked for, 202 where a result was that is not
/// there yet. Returns what the handler returns.
ngx_int_t send_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id, ngx_uint_t code,
                      http::StatusDialect dialect = http::StatusDialect::full);

/// The same for who asks for the status itself, in the dialect that the query names.
ngx_int_t send_asked_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id);

}  // namespace docket::ngx
