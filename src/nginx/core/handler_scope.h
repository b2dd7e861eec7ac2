// Whether nginx itself goes on with a request when we are done with it.
#pragma once

#include <utility>

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Stands on the stack while nginx calls a content handler. When the handler has returned nginx uses the request once
/// more, and runs what was posted for it: until then nothing may free it (ngx_http_core_content_phase(), which
/// finalizes what the handler returns). Event loop only.
class HandlerScope {
 public:
  explicit HandlerScope(const ngx_http_request_t* r) noexcept
      : connection_(r->connection), outer_(std::exchange(innermost, this)) {}
  ~HandlerScope() { innermost = outer_; }
  HandlerScope(const HandlerScope&) = delete;
  HandlerScope& operator=(const HandlerScope&) = delete;

  /// Whether a content handler of a request of this connection is being called.
  static bool is_within(const ngx_connection_t* connection) noexcept {
    for (const auto* scope = innermost; scope != nullptr; scope = scope->outer_) {
      if (scope->connection_ == connection) {
        return true;
      }
    }
    return false;
  }

 private:
  static inline const HandlerScope* innermost = nullptr;

  const ngx_connection_t* connection_;
  const HandlerScope* outer_;
};

/// A content handler in its scope, for nginx.
template <ngx_http_handler_pt handle>
ngx_int_t in_scope(ngx_http_request_t* r) noexcept {
  const HandlerScope scope(r);
  return handle(r);
}

}  // namespace docket::ngx
