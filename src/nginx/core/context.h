// What the module keeps with a request.
#pragma once

#include <cstdint>
#include <optional>

#include "job/job.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

class BodyReader;
class EventSocket;
class EventStream;
class PageStream;

/// In the request's pool; made when first needed.
struct Context {
  BodyReader* body = nullptr;      ///< docket_upload: what reads the body
  EventStream* events = nullptr;   ///< docket_events: what sends them
  EventSocket* socket = nullptr;   ///< the same over a WebSocket
  PageStream* pages = nullptr;     ///< docket_result: what sends a job's pages
  ngx_chain_t* problem = nullptr;  ///< nginx's own error page is to be replaced by this
  bool is_passed_on = false;       ///< another server's answer, with whatever status, is being sent

  // For the variables: what the request was about. Strings are the pool's.
  std::optional<JobId> job;
  std::optional<State> state;          ///< of the job, as it was sent
  ngx_str_t owner{};                   ///< of the request; empty: clients are not distinguished
  ngx_str_t filename{};                ///< of an upload: the first file's
  std::optional<std::uint64_t> bytes;  ///< of an upload: all files'
};

inline Context* find_context(ngx_http_request_t* r) noexcept {
  return static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_docket_module));
}

/// Null when memory is short.
inline Context* context_of(ngx_http_request_t* r) noexcept {
  if (Context* context = find_context(r)) {
    return context;
  }
  auto* context = make_in_pool<Context>(r->pool);
  ngx_http_set_ctx(r, context, ngx_http_docket_module);
  return context;
}

}  // namespace docket::ngx
