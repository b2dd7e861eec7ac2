// docket_events: who asks for what, before anything is told.

#include <cstring>
#include <optional>
#include <string>

#include "http/event_stream.h"
#include "nginx/admission.h"
#include "nginx/answer.h"
#include "nginx/conf.h"
#include "nginx/context.h"
#include "nginx/event_stream.h"
#include "nginx/handlers.h"
#include "nginx/request.h"
#include "nginx/status.h"
#include "nginx/worker.h"

namespace docket::ngx {
namespace {

/// Streams that one owner may have open on this host.
constexpr std::uint32_t streams_an_owner = 100;

/// The job that the path names; nothing where it names none.
Result<std::optional<JobId>> job_of(ngx_http_request_t* r) {
  const auto path = path_behind_location(r);
  if (path.empty()) {
    return std::nullopt;
  }
  const auto id = JobId::parse(path);
  return id ? Result<std::optional<JobId>>(*id) : tl::unexpected<Error>(no_such_job());
}

/// A place for one more stream of this owner; nothing where there is no limit, for nobody is told apart.
Result<std::optional<Slot>> take_place(const Worker& worker, const Caller& caller) {
  if (!caller.is_known) {
    return std::nullopt;
  }
  // Owners have ranges of bytes of their own in one file: two that share one by chance share their limit.
  std::uint32_t number = 0;
  const auto key = OwnerKey::of(caller.owner);
  std::memcpy(&number, key.bytes.data(), sizeof(number));
  auto slot =
      try_take_slot(worker.run_folder() + "/streams", std::uint64_t{number} * streams_an_owner, streams_an_owner);
  if (slot && !*slot) {
    return fail(ErrorCode::owner_queue_full, "There are " + std::to_string(streams_an_owner) +
                                                 " streams of events of yours already; no more are told at once.");
  }
  return slot;
}

ngx_int_t begin_stream(ngx_http_request_t* r, Worker& worker, Caller caller) {
  const auto job = job_of(r);
  if (!job) {
    return send_problem(r, job.error());
  }
  const bool of_all = location_conf(r)->anyone == 1 || caller.admin;
  if (!*job && !of_all && !caller.is_known) {
    return send_problem(r, Error{ErrorCode::forbidden,
                                 "Nobody is told apart here, so nobody has jobs of their own; "
                                 "\"docket_events anyone\" tells of everybody's."});
  }
  const auto last_event_id = find_header(r, "last-event-id");
  const auto last_seen = last_event_id ? http::parse_last_event_id(*last_event_id) : std::nullopt;
  if (*job) {
    bool may_use = false;
    bool over = false;
    const auto found =
        worker.reader().status(**job, [&](const StatusView& status, std::string_view, const QueueCounts&) {
          may_use = caller.may_use(status.owner);
          over = is_final(status.head.state) && last_seen && *last_seen >= status.head.change;
          if (may_use) {
            remember(r, **job, status.head.state);
          }
        });
    if (!found || !may_use) {
      return send_problem(r, found ? no_such_job() : found.error());
    }
    if (over) {
      return send_empty(r, NGX_HTTP_NO_CONTENT);  // a browser does not come again
    }
  }
  auto place = take_place(worker, caller);
  if (!place) {
    return send_problem(r, place.error());
  }
  Context* context = context_of(r);
  auto* stream = context != nullptr
                     ? make_in_pool<EventStream>(r->pool, r, worker, std::move(caller), *job, of_all, std::move(*place))
                     : nullptr;
  if (stream == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->events = stream;
  return stream->begin(last_seen);
}

}  // namespace

ngx_int_t handle_events(ngx_http_request_t* r) noexcept try {
  Caller caller;
  if (const auto answered = refuse(r, NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS", caller)) {
    return *answered;
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  Worker* worker = Worker::current();
  return worker != nullptr ? begin_stream(r, *worker, std::move(caller)) : send_problem(r, store_unavailable());
} catch (...) {
  return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace docket::ngx
