#include "nginx/access/handshake.h"

#include "http/field/text.h"
#include "nginx/core/request.h"

namespace docket::ngx {

bool asks_for_upgrade(ngx_http_request_t* r) noexcept {
  return r->http_version == NGX_HTTP_VERSION_11 && r->method == NGX_HTTP_GET &&
         http::equal_ignoring_case(find_header(r, "upgrade").value_or(std::string_view()), "websocket");
}

Result<http::Handshake> read_handshake(ngx_http_request_t* r) {
  if (!asks_for_upgrade(r)) {
    return http::Handshake{};
  }
  const auto field = [r](std::string_view name) { return find_header(r, name).value_or(std::string_view()); };
  const auto protocols = find_headers(r, "sec-websocket-protocol");
  return http::read_handshake({.upgrade = field("upgrade"),
                               .connection = field("connection"),
                               .key = field("sec-websocket-key"),
                               .version = field("sec-websocket-version"),
                               .protocols = protocols});
}

}  // namespace docket::ngx
