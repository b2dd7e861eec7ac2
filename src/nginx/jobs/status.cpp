#include "nginx/jobs/status.h"

#include <string>

#include "http/field/query.h"
#include "nginx/core/response.h"
#include "nginx/jobs/open_job.h"

namespace docket::ngx {
namespace {

bool add_retry_after(ngx_http_request_t* r, std::uint32_t seconds) {
  return add_header(r, "Retry-After", std::to_string(seconds)) != nullptr;
}

}  // namespace

ngx_int_t send_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id, ngx_uint_t code,
                      http::StatusDialect dialect) {
  std::string& body = worker.scratch();
  std::string etag;
  std::uint32_t retry_after = 0;
  const auto opened = open_job_blocking(r, worker, caller, id, [&](const OpenedJob& job) {
    if (dialect == http::StatusDialect::progress) {
      http::append_progress(body, job.status);
    } else {
      http::append_status(body, id, job.status, job.fields, job.counts);
    }
    etag = http::status_etag(job.status.head.change);
    retry_after = is_final(job.status.head.state) ? 0 : http::retry_after_seconds(job.status, job.counts);
  });
  if (!opened) {
    return send_problem(r, opened.error());
  }
  if (code == NGX_HTTP_OK && !set_etag(r, etag)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (retry_after != 0 && !add_retry_after(r, retry_after)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_body(r, code, json_type, body);
}

ngx_int_t send_asked_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id) {
  auto dialect = std::optional(http::StatusDialect::full);
  if (const auto asked = http::Query(view(r->args)).find("dialect")) {
    dialect = http::status_dialect_of(*asked);
  }
  if (!dialect) {
    return send_problem(r, Error{ErrorCode::bad_option, "The only dialect there is is \"progress\"."});
  }
  return send_status(r, worker, caller, id, NGX_HTTP_OK, *dialect);
}

}  // namespace docket::ngx
