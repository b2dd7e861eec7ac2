#include "nginx/worker/callback_start.h"

#include <string>
#include <utility>

#include "http/body/callback_body.h"

namespace docket::ngx {
namespace {

/// The request that tells the end of a job; called on the sender's thread.
Result<CallbackMessage> message_of(StoreReader& reader, const JobId& id) {
  CallbackMessage message;
  const auto record = reader.record(id);
  if (!record) {
    return pass_on(record);
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

Result<std::unique_ptr<CallbackSender>> start_callback_sender(const WorkContext& context, Wakeup& wakeup,
                                                              const SecretFiles& secrets) {
  return CallbackSender::start({.store = context.store,
                                .committer = context.committer,
                                .wakeup = wakeup,
                                .holder = context.membership.self(),
                                .message = message_of,
                                .secrets = secrets,
                                .log = context.log});
}

}  // namespace docket::ngx
