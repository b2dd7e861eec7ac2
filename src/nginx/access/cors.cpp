#include "nginx/access/cors.h"

#include "http/field/cors.h"
#include "nginx/access/handshake.h"
#include "nginx/conf/conf.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"

namespace docket::ngx {
namespace {

constexpr ngx_uint_t safe_methods = NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_OPTIONS;

std::string_view field(ngx_http_request_t* r, std::string_view lower_name) noexcept {
  return find_header(r, lower_name).value_or(std::string_view());
}

/// host[:port] as the client asked for it; in HTTP/2 there is no field Host.
std::string_view asked_host(ngx_http_request_t* r) noexcept {
  if (r->headers_in.host != nullptr) {
    return view(r->headers_in.host->value);
  }
  return r->host_start != nullptr && r->host_end > r->host_start
             ? std::string_view(reinterpret_cast<const char*>(r->host_start),
                                static_cast<std::size_t>(r->host_end - r->host_start))
             : view(r->headers_in.server);
}

/// What a page may do in a location of this kind.
std::string_view methods_of(Handler handler) noexcept {
  switch (handler) {
    case Handler::upload:
    case Handler::command:
      return "POST, PUT";
    case Handler::pass:
      return "GET, HEAD, POST, PUT, PATCH, DELETE";
    case Handler::result:
      return "GET, HEAD, POST, DELETE";
    case Handler::settings:
      return "GET, HEAD, PUT";
    default:
      return "GET, HEAD";
  }
}

/// A preflight (Fetch, 3.2.2) in a location with docket_cors.
bool is_preflight(ngx_http_request_t* r) noexcept {
  return r->method == NGX_HTTP_OPTIONS && r == r->main && location_conf(r)->handler != Handler::none &&
         location_conf(r)->cors != nullptr && !field(r, "origin").empty() &&
         !field(r, "access-control-request-method").empty();
}

ngx_int_t answer_preflight(ngx_http_request_t* r) noexcept {
  if (!is_preflight(r)) {
    return NGX_DECLINED;
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  const bool listed = location_conf(r)->cors->lists(field(r, "origin"));
  if (listed && (add_header(r, "Access-Control-Allow-Methods", methods_of(location_conf(r)->handler)) == nullptr ||
                 add_header(r, "Access-Control-Allow-Headers", http::cors_request_fields) == nullptr ||
                 add_header(r, "Access-Control-Max-Age", "7200") == nullptr)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  // The origin itself is added with every answer's.
  ngx_http_finalize_request(r, send_empty(r, NGX_HTTP_NO_CONTENT));
  return NGX_DONE;
}

}  // namespace

Result<void> check_origin(ngx_http_request_t* r) {
  // A WebSocket is read by the page that opened it, whatever its origin: browsers leave that to us.
  if ((r->method & safe_methods) != 0 && !asks_for_upgrade(r)) {
    return {};
  }
  const http::OriginFacts facts{.origin = field(r, "origin"),
                                .sec_fetch_site = field(r, "sec-fetch-site"),
                                .host = asked_host(r),
                                .has_cookie = !field(r, "cookie").empty()};
  return http::check_origin(facts, location_conf(r)->cors);
}

bool add_cors_headers(ngx_http_request_t* r) noexcept {
  const LocationConf* conf = location_conf(r);
  if (conf->handler == Handler::none || conf->cors == nullptr || r != r->main) {
    return true;
  }
  const auto answer = http::cors_answer(field(r, "origin"), *conf->cors);
  if (!answer) {
    return true;
  }
  return add_header(r, "Access-Control-Allow-Origin", answer->allow_origin) != nullptr &&
         add_header(r, "Access-Control-Expose-Headers", http::cors_exposed_fields) != nullptr &&
         (!answer->credentials || add_header(r, "Access-Control-Allow-Credentials", "true") != nullptr);
}

bool install_preflights(ngx_conf_t* cf) noexcept {
  auto* core = static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  auto* handler = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[NGX_HTTP_PREACCESS_PHASE].handlers));
  if (handler == nullptr) {
    return false;
  }
  *handler = answer_preflight;
  return true;
}

}  // namespace docket::ngx
