// docket_tasks: the jobs there are, newest first, and how many.

#include <optional>
#include <string>

#include "http/body/tasks_body.h"
#include "http/field/query.h"
#include "nginx/access/access.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/response.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {
namespace {

/// The jobs asked for by id; those that are not there, or another owner's, are left out.
void add_named(StoreReader& reader, const http::TasksQuery& query, const std::optional<std::string>& owner,
               http::TasksBody& body) {
  for (const JobId& id : query.ids) {
    (void)reader.status(id, [&](const StatusView& status, std::string_view, const QueueCounts& counts) {
      if ((!owner || status.owner == *owner) &&
          (query.states & (1U << static_cast<unsigned>(status.head.state))) != 0) {
        body.add(id, status, counts);
      }
    });
  }
}

/// Whether the location is one for numbers: "/queue/status", wherever the operator puts it.
bool asks_for_numbers(ngx_http_request_t* r) noexcept {
  return view(r->uri).ends_with("/status");
}

ngx_int_t send_numbers(ngx_http_request_t* r, Worker& worker, const std::optional<std::string>& owner) {
  const auto counts = worker.reader().states(owner);
  if (!counts) {
    return send_problem(r, counts.error());
  }
  std::string& text = worker.scratch();
  http::append_queue_status(text, *counts);
  return send_body(r, NGX_HTTP_OK, "application/json", text);
}

}  // namespace

ngx_int_t handle_tasks(ngx_http_request_t* r) noexcept try {
  Caller caller;
  if (const auto answered = check_access(r, NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS", caller)) {
    return *answered;
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  Worker* worker = Worker::current();
  if (worker == nullptr) {
    return send_problem(r, store_unavailable());
  }
  const auto owner = whose_jobs(r, caller, "docket_tasks");
  if (!owner) {
    return send_problem(r, owner.error());
  }
  if (asks_for_numbers(r)) {
    return send_numbers(r, *worker, *owner);
  }
  const auto query = http::parse_tasks_query(http::Query(view(r->args)));
  if (!query) {
    return send_problem(r, query.error());
  }
  StoreReader& reader = worker->reader();
  std::string& text = worker->scratch();
  http::TasksBody body(text, caller.admin);
  std::optional<JobId> next;
  if (!query->ids.empty()) {
    add_named(reader, *query, *owner, body);
  } else {
    const auto counts = reader.counts(0).value_or(QueueCounts{});
    ListQuery list;
    list.states = query->states;
    list.before = query->before;
    list.owner = *owner;
    list.limit = query->limit;
    const auto listed =
        reader.list(list, [&](const JobId& id, const StatusView& status) { body.add(id, status, counts); });
    if (!listed) {
      return send_problem(r, listed.error());
    }
    next = *listed;
  }
  body.end(next);
  if (next && add_header(r, "Link", http::next_link(view(r->uri), *query, *next)) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_body(r, NGX_HTTP_OK, "application/json", text);
} catch (...) {
  return internal_error(r, "docket_tasks");
}

}  // namespace docket::ngx
