#include "nginx/jobs/deliveries.h"

#include <string>
#include <utility>

#include "http/body/callback_body.h"
#include "http/form/callback_url.h"
#include "http/form/submit_options.h"
#include "nginx/core/response.h"
#include "nginx/jobs/status.h"

namespace docket::ngx {
namespace {

const CallbackRetries default_retries{0, 5'000, 60'000, 600'000, 3'600'000, 21'600'000, 86'400'000};

/// docket_callback; empty where there is none.
Result<std::string> url_of_location(ngx_http_request_t* r, const CallbackConf& conf) {
  ngx_str_t value{0, nullptr};
  if (conf.url == nullptr) {
    return std::string();
  }
  if (ngx_http_complex_value(r, conf.url, &value) != NGX_OK) {
    return fail(ErrorCode::io, "docket_callback could not be evaluated.");
  }
  if (value.len != 0) {
    if (const auto good = http::check_callback_url(view(value)); !good) {
      ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "docket_callback is of no use here: %s",
                    good.error().detail.c_str());
      return std::string();
    }
  }
  return std::string(view(value));
}

/// What is told of a job, on the sender's thread.
Result<CallbackMessage> message_of(StoreReader& reader, const JobId& id) {
  CallbackMessage message;
  const auto record = reader.record(id);
  if (!record) {
    return tl::unexpected<Error>(record.error());
  }
  const auto& origin = record->origin;
  if (!origin.traceparent.empty()) {
    message.headers.push_back("traceparent: " + origin.traceparent);
  }
  if (!origin.tracestate.empty()) {
    message.headers.push_back("tracestate: " + origin.tracestate);
  }
  return reader
      .status(id,
              [&](const StatusView& status, std::string_view, const QueueCounts&) {
                message.event = http::callback_event(status.head.state);
                http::append_callback(message.body, id, status);
              })
      .map([&] { return std::move(message); });
}

}  // namespace

Result<std::optional<Callback>> callback_for(ngx_http_request_t* r, const CallbackConf& conf,
                                             const http::RawOptions& options) {
  auto url = http::callback_url_of(options);
  if (!url) {
    return pass_on(url);
  }
  const bool trusted = url->empty();
  if (trusted) {
    url = url_of_location(r, conf);
    if (!url) {
      return pass_on(url);
    }
  }
  if (url->empty()) {
    return std::nullopt;
  }
  Callback callback;
  callback.url = std::move(*url);
  callback.trusted = trusted;
  if (conf.allow != nullptr) {
    callback.allow_only = conf.allow->only;
    callback.allow = conf.allow->entries;
  }
  callback.secret_file = view(conf.secret);
  callback.retries_ms = conf.retries != nullptr ? *conf.retries : default_retries;
  return callback;
}

Result<std::unique_ptr<CallbackSender>> start_callbacks(Store& store, Committer& committer, const Workshop& workshop,
                                                        const SecretFiles& secrets) {
  constexpr auto name = "callbacks";
  auto ringing = Bell::open(workshop.run_folder, name);
  auto heard = Bell::open(workshop.run_folder, name);
  if (!ringing || !heard) {
    return ringing ? pass_on(heard) : pass_on(ringing);
  }
  store.on_outbox([bell = std::make_shared<Bell>(std::move(*ringing))] { bell->ring(); });
  return CallbackSender::start({.store = store,
                                .committer = committer,
                                .bell = std::move(*heard),
                                .holder = workshop.holder,
                                .message = message_of,
                                .secrets = secrets,
                                .log = workshop.log});
}

ngx_int_t send_deliveries(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id,
                          ngx_uint_t code) {
  std::optional<State> state;
  const auto found = worker.reader().status(id, [&](const StatusView& status, std::string_view, const QueueCounts&) {
    if (caller.may_use(status.owner)) {
      state = status.head.state;
    }
  });
  if (!found || !state) {
    return send_problem(r, found ? no_such_job() : found.error());
  }
  remember(r, id, *state);
  const auto delivery = worker.reader().delivery(id);
  if (!delivery) {
    return send_problem(r, delivery.error());
  }
  std::string& body = worker.scratch();
  http::append_deliveries(body, id, *state, *delivery);
  return send_body(r, code, json_type, body);
}

}  // namespace docket::ngx
