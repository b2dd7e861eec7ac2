// Requests that are held open after their handler has returned, and how they are ended.
#pragma once

#include <memory>
#include <utility>

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Ends a held request with what a handler would return. What the request has posted (subrequests, and nginx's own end
/// of a request whose client has gone) runs, too, and the request with all that lives in its pool may be gone
/// afterwards; where a content handler is being called it runs when that has returned.
void end_request(ngx_http_request_t* r, ngx_int_t rc) noexcept;

/// Keeps a request open while a task works for it, and knows whether it is still there when the task is done: a
/// connection may be closed (HTTP/2) whatever reference count the request has. Shared by the task's `then` and the
/// request's pool. Event loop only.
class HeldRequest {
 public:
  /// For a content handler, which then returns NGX_DONE. Null when memory is short.
  static std::shared_ptr<HeldRequest> hold(ngx_http_request_t* r);

  /// For a request that is held already, by the reading of its body. Null when memory is short.
  static std::shared_ptr<HeldRequest> watch(ngx_http_request_t* r);

  /// Ends the request with what `answer(r)` returns, if it is still there.
  template <class Answer>
  void finish(Answer&& answer) {
    if (ngx_http_request_t* r = std::exchange(r_, nullptr)) {
      end_request(r, answer(r));
    }
  }

 private:
  /// Lives in the request's pool: its end is the request's.
  struct Watch {
    explicit Watch(std::shared_ptr<HeldRequest> request) : held(std::move(request)) {}
    ~Watch() { held->r_ = nullptr; }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    std::shared_ptr<HeldRequest> held;
  };

  ngx_http_request_t* r_ = nullptr;
};

}  // namespace docket::ngx
