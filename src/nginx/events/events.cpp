// docket_events: what a request asks for, and the begin of its stream.

#include <cstring>
#include <optional>
#include <string>

#include "http/body/problem.h"
#include "http/stream/event_stream.h"
#include "nginx/access/access.h"
#include "nginx/access/handshake.h"
#include "nginx/conf/conf.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/events/event_socket.h"
#include "nginx/events/event_stream.h"
#include "nginx/jobs/open_job.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {
namespace {

/// Streams that one owner may have open on this host.
constexpr std::uint32_t streams_an_owner = 100;

constexpr ngx_uint_t upgrade_required = 426;

/// The job that the path names; nothing where it names none.
Result<std::optional<JobId>> job_of(ngx_http_request_t* r) {
  const auto path = path_behind_location(r);
  if (path.empty()) {
    return std::nullopt;
  }
  const auto id = JobId::parse(path);
  return id ? Result<std::optional<JobId>>(*id) : fail(no_such_job());
}

/// A slot for one more stream of this owner; nothing where clients are not distinguished, and have no limit.
Result<std::optional<Slot>> take_slot(const Worker& worker, const Caller& caller) {
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

/// What is asked for, if the caller may see it.
Result<EventTopic> topic_of(ngx_http_request_t* r, Worker& worker, const Caller& caller) {
  const auto job = job_of(r);
  if (!job) {
    return pass_on(job);
  }
  if (!*job) {
    auto owner = whose_jobs(r, caller, "docket_events");
    return owner ? Result<EventTopic>(EventTopic{.job = {}, .owner = std::move(*owner)}) : pass_on(owner);
  }
  if (const auto opened = open_summary_blocking(r, worker, caller, **job); !opened) {
    return pass_on(opened);
  }
  return EventTopic{.job = **job, .owner = {}};
}

/// Whether the client has seen the job's end: then the answer makes a browser not come again.
bool has_seen_the_end(Worker& worker, const EventTopic& topic, std::optional<std::uint64_t> last_seen) {
  if (!topic.job || !last_seen) {
    return false;
  }
  const auto job = worker.reader().summary(*topic.job);
  return job && is_final(job->head.state) && *last_seen >= job->head.change;
}

ngx_int_t begin_stream(ngx_http_request_t* r, Worker& worker, EventTopic topic) {
  const auto field = find_header(r, "last-event-id");
  const auto last_seen = field ? http::parse_last_event_id(*field) : std::nullopt;
  if (has_seen_the_end(worker, topic, last_seen)) {
    return send_empty(r, NGX_HTTP_NO_CONTENT);
  }
  Context* context = context_of(r);
  auto* stream = context != nullptr ? make_in_pool<EventStream>(r->pool, r, worker, std::move(topic)) : nullptr;
  if (stream == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->events = stream;
  return stream->begin(last_seen);
}

ngx_int_t begin_socket(ngx_http_request_t* r, Worker& worker, EventTopic topic, const http::Handshake& handshake) {
  Context* context = context_of(r);
  auto* socket = context != nullptr ? make_in_pool<EventSocket>(r->pool, r, worker, std::move(topic)) : nullptr;
  if (socket == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->socket = socket;
  return socket->begin(handshake);
}

/// 426, with the version that we speak (RFC 6455, 4.4) and the protocol to upgrade to (RFC 9110, 15.5.22).
ngx_int_t refuse_version(ngx_http_request_t* r) {
  if (add_static_header(r, "Sec-WebSocket-Version", http::websocket_version) == nullptr ||
      add_static_header(r, "Upgrade", "websocket") == nullptr ||
      add_static_header(r, "Connection", "Upgrade") == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  std::string body;
  http::append_problem(body, upgrade_required, http::public_code(ErrorCode::bad_request),
                       "Only version 13 of the WebSocket protocol is spoken here.");
  return send_problem_body(r, upgrade_required, body);
}

ngx_int_t begin_events(ngx_http_request_t* r, Worker& worker, const Caller& caller) {
  const auto handshake = read_handshake(r);
  if (!handshake) {
    return send_problem(r, handshake.error());
  }
  if (handshake->kind == http::Handshake::Kind::wrong_version) {
    return refuse_version(r);
  }
  auto topic = topic_of(r, worker, caller);
  if (!topic) {
    return send_problem(r, topic.error());
  }
  auto slot = take_slot(worker, caller);
  if (!slot) {
    return send_problem(r, slot.error());
  }
  topic->slot = std::move(*slot);
  return handshake->kind == http::Handshake::Kind::accepted ? begin_socket(r, worker, std::move(*topic), *handshake)
                                                            : begin_stream(r, worker, std::move(*topic));
}

}  // namespace

ngx_int_t handle_events(ngx_http_request_t* r) noexcept try {
  Caller caller;
  if (const auto answered = check_access(r, NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS", caller)) {
    return *answered;
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  Worker* worker = Worker::current();
  return worker != nullptr ? begin_events(r, *worker, caller) : send_problem(r, store_unavailable());
} catch (...) {
  return internal_error(r, "docket_events");
}

}  // namespace docket::ngx
