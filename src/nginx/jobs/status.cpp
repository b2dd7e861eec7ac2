#include "nginx/jobs/status.h"

#include <string>

#include "http/field/query.h"
#include "nginx/core/response.h"

namespace docket::ngx {
namespace {

bool add_retry_after(ngx_http_request_t* r, std::uint32_t seconds) {
  return add_header(r, "Retry-After", std::to_string(seconds)) != nullptr;
}

}  // namespace

ngx_int_t send_status(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id, ngx_uint_t code,
                      http::StatusDialect dialect) {
  struct Look {
    const JobId& id;
    const Caller& caller;
    http::StatusDialect dialect;
    std::string& body;
    State state = State::pending;
    std::string etag{};
    std::uint32_t retry_after = 0;
  } look{id, caller, dialect, worker.scratch()};
  const auto found =
      worker.reader().status(id, [&look](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
        if (!look.caller.may_use(status.owner)) {
          return;
        }
        if (look.dialect == http::StatusDialect::progress) {
          http::append_progress(look.body, status);
        } else {
          http::append_status(look.body, look.id, status, fields, counts);
        }
        look.state = status.head.state;
        look.etag = http::status_etag(status.head.change);
        look.retry_after = is_final(status.head.state) ? 0 : http::retry_after_seconds(status, counts);
      });
  if (!found || look.body.empty()) {
    return send_problem(r, found ? no_such_job() : found.error());
  }
  remember(r, id, look.state);
  if (code == NGX_HTTP_OK && !set_etag(r, look.etag)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (look.retry_after != 0 && !add_retry_after(r, look.retry_after)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_body(r, code, json_type, look.body);
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
