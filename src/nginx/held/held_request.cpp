#include "nginx/held/held_request.h"

#include "nginx/core/handler_scope.h"

namespace docket::ngx {

void end_request(ngx_http_request_t* r, ngx_int_t rc) noexcept {
  ngx_connection_t* connection = r->connection;
  ngx_http_finalize_request(r, rc);
  if (!HandlerScope::is_within(connection)) {
    ngx_http_run_posted_requests(connection);
  }
}

std::shared_ptr<HeldRequest> HeldRequest::watch(ngx_http_request_t* r) {
  auto held = std::make_shared<HeldRequest>();
  if (make_in_pool<Watch>(r->pool, held) == nullptr) {
    return nullptr;
  }
  held->r_ = r;
  return held;
}

std::shared_ptr<HeldRequest> HeldRequest::hold(ngx_http_request_t* r) {
  auto held = watch(r);
  if (held) {
    ++r->main->count;
    r->read_event_handler = ngx_http_block_reading;
  }
  return held;
}

}  // namespace docket::ngx
