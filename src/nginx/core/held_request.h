// A request that waits for a task.
#pragma once

#include <memory>

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Keeps a request open while a task works for it, and tells whether it still is when the task is done: a connection
/// may be closed under it (HTTP/2) whatever count it has. Made in the handler, which then returns NGX_DONE; copied into
/// the task's `then`. Event loop only.
class HeldRequest {
 public:
  /// Nothing when memory is short.
  static std::shared_ptr<HeldRequest> hold(ngx_http_request_t* r);

  /// Ends the request with what `answer(r)` returns, if it is still there.
  template <class Answer>
  void finish(Answer&& answer) {
    if (ngx_http_request_t* r = std::exchange(r_, nullptr)) {
      ngx_connection_t* connection = r->connection;
      ngx_http_finalize_request(r, answer(r));
      ngx_http_run_posted_requests(connection);
    }
  }

 private:
  /// Lives in the request's pool and tells when that goes.
  struct Watch {
    explicit Watch(std::shared_ptr<HeldRequest> request) : held(std::move(request)) {}
    ~Watch() { held->r_ = nullptr; }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    std::shared_ptr<HeldRequest> held;
  };

  ngx_http_request_t* r_ = nullptr;
};

inline std::shared_ptr<HeldRequest> HeldRequest::hold(ngx_http_request_t* r) {
  auto held = std::make_shared<HeldRequest>();
  if (make_in_pool<Watch>(r->pool, held) == nullptr) {
    return nullptr;
  }
  held->r_ = r;
  ++r->main->count;
  r->read_event_handler = ngx_http_block_reading;
  return held;
}

}  // namespace docket::ngx
