// Whether a request is to become a WebSocket.
#pragma once

#include "http/stream/websocket_handshake.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// What the request's fields ask for; views live as long as the request. Never an upgrade over HTTP/2 or 1.0.
Result<http::Handshake> read_handshake(ngx_http_request_t* r);

/// The same, and nothing else known: whether an upgrade is asked for.
bool asks_for_upgrade(ngx_http_request_t* r) noexcept;

}  // namespace docket::ngx
