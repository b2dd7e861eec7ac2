// docket_result: what a request asks for of a job, and the function that answers it.

#include <optional>

#include "http/body/status_body.h"
#include "http/field/conditional.h"
#include "http/field/query.h"
#include "http/field/route.h"
#include "http/form/wait.h"
#include "nginx/access/access.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/held/long_poll.h"
#include "nginx/jobs/command_result.h"
#include "nginx/jobs/deliveries.h"
#include "nginx/jobs/input.h"
#include "nginx/jobs/job_changes.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/pages.h"
#include "nginx/jobs/response.h"
#include "nginx/jobs/result.h"
#include "nginx/jobs/result_lookup.h"
#include "nginx/jobs/status.h"
#include "nginx/upload/progress_report.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {
namespace {

using http::Route;

/// Whether what a held request waits for is there: the job's end, for a page or a picture its page's, for a status that
/// it differs from the one that the client has. True also where there is no such job for this caller: the answer says
/// so at once, since to wait would reveal that there is one.
bool is_due(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  if (route.what == Route::What::page || route.what == Route::What::image) {
    const auto look = look_at_result(r, worker, caller, route);
    return !look || is_final(look->state) ||
           (look->page && worker.reader().page(route.id, look->page->first, look->page->second));
  }
  const auto job = open_summary_blocking(r, worker, caller, route.id);
  if (!job || is_final(job->head.state)) {
    return true;
  }
  if (route.what == Route::What::output || route.what == Route::What::outputs) {
    return job->head.kind != WorkKind::command;
  }
  if (route.what == Route::What::response) {
    return job->head.kind != WorkKind::upstream;
  }
  if (route.what == Route::What::status) {
    const auto known = find_list(r, "if-none-match");
    return known && !http::matches_none_match(*known, http::status_etag(job->head.change));
  }
  return !job->head.formats.has(route.format);
}

/// A status, a result or a page: held, if the client wants that, until it is there.
ngx_int_t send_when_due(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  const http::Query query(view(r->args));
  const auto waiting = http::waiting_of(query, find_header(r, "prefer").value_or(std::string_view()),
                                        static_cast<std::uint32_t>(location_conf(r)->wait_max));
  const auto raw = http::wants_raw(query);
  if (!waiting || !raw) {
    return send_problem(r, waiting ? raw.error() : waiting.error());
  }
  const auto answer = [r, &worker, caller, route, raw = *raw](bool last) -> std::optional<ngx_int_t> {
    if (!last && !is_due(r, worker, caller, route)) {
      return std::nullopt;
    }
    switch (route.what) {
      case Route::What::status:
        return send_asked_status(r, worker, caller, route.id);
      case Route::What::page:
      case Route::What::image:
        return send_page(r, worker, caller, route, raw);
      case Route::What::output:
        return send_command_output(r, worker, caller, route);
      case Route::What::outputs:
        return send_command_outputs(r, worker, caller, route);
      case Route::What::response:
        return send_response(r, worker, caller, route.id, ResponseUse::result);
      default:
        return send_result(r, worker, caller, route, raw);
    }
  };
  if (waiting->seconds == 0 && !waiting->preferred) {
    return *answer(true);
  }
  if (const auto rc = hold_for_job(r, worker, route.id, *waiting, answer)) {
    return *rc;
  }
  ++r->main->count;
  return NGX_DONE;
}

/// What may be done with what a path names.
struct Methods {
  ngx_uint_t mask = NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_DELETE;
  std::string_view allow = "GET, HEAD, DELETE, OPTIONS";
};

Methods methods_of(const Route& route) noexcept {
  switch (route.what) {
    case Route::What::result:
    case Route::What::page:
    case Route::What::pages:
    case Route::What::image:
    case Route::What::input:
    case Route::What::output:
    case Route::What::outputs:
    case Route::What::log:
    case Route::What::response:
      return {NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS"};
    case Route::What::cancel:
      return {NGX_HTTP_POST, "POST, OPTIONS"};
    case Route::What::callbacks:
      return {NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_POST, "GET, HEAD, POST, OPTIONS"};
    default:
      return {};
  }
}

}  // namespace

ngx_int_t handle_result(ngx_http_request_t* r) noexcept try {
  const Route route = http::parse_route(path_behind_location(r));
  if (route.what == Route::What::progress) {
    return take_progress(r, route.id);  // whoever has the job's token may, and no one else
  }
  const Methods methods = methods_of(route);
  Caller caller;
  if (const auto answered = check_access(r, methods.mask, methods.allow, caller)) {
    return *answered;
  }
  Worker* worker = Worker::current();
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  if (worker == nullptr) {
    return send_problem(r, store_unavailable());
  }
  switch (route.what) {
    case Route::What::status:
      return r->method == NGX_HTTP_DELETE ? remove_job(r, *worker, caller, route.id)
                                          : send_when_due(r, *worker, caller, route);
    case Route::What::cancel:
      return cancel_job(r, *worker, caller, route.id);
    case Route::What::result:
    case Route::What::page:
    case Route::What::image:
    case Route::What::output:
    case Route::What::outputs:
    case Route::What::response:
      return send_when_due(r, *worker, caller, route);
    case Route::What::pages:
      return send_pages(r, *worker, caller, route.id);
    case Route::What::log:
      return send_command_log(r, *worker, caller, route);
    case Route::What::input:
      return send_input(r, *worker, caller, route);
    case Route::What::callbacks:
      return r->method == NGX_HTTP_POST ? resend_callback(r, *worker, caller, route.id)
                                        : send_deliveries(r, *worker, caller, route.id, NGX_HTTP_OK);
    default:
      return send_problem(r, no_such_job());
  }
} catch (...) {
  return internal_error(r, "docket_result");
}

}  // namespace docket::ngx
