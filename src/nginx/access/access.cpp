#include "nginx/access/access.h"

#include "base/utf8.h"
#include "nginx/access/cors.h"
#include "nginx/access/handshake.h"
#include "nginx/conf/conf.h"
#include "nginx/conf/token_file.h"
#include "nginx/core/context.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"

namespace docket::ngx {
namespace {

/// Longer than names of users, and than most distinguished names of certificates.
constexpr std::size_t max_owner = 1024;

Result<Caller> by_variable(ngx_http_request_t* r, ngx_http_complex_value_t* owner) {
  ngx_str_t name{};
  if (ngx_http_complex_value(r, owner, &name) != NGX_OK) {
    return fail(ErrorCode::io, "docket_owner could not be evaluated.");
  }
  if (name.len == 0) {
    return fail(ErrorCode::unauthorized, "It is not known who is asking.");
  }
  if (name.len > max_owner || !is_valid_utf8(view(name))) {
    return fail(ErrorCode::unauthorized, "Who is asking has a name of more than " + std::to_string(max_owner) +
                                             " bytes, or one that is no UTF-8.");
  }
  return Caller{.owner = std::string(view(name)), .is_known = true};
}

Result<Caller> by_token(ngx_http_request_t* r, TokenFile& file) {
  const auto authorization = find_header(r, "authorization").value_or(std::string_view());
  const auto shown = http::shown_token(authorization, find_header(r, "x-api-key").value_or(std::string_view()));
  if (!shown) {
    return pass_on(shown);
  }
  std::string of_handshake;  // browsers let no page set Authorization on a WebSocket
  if (!*shown) {
    auto handshake = read_handshake(r);
    if (!handshake) {
      return pass_on(handshake);
    }
    of_handshake = std::move(handshake->token);
  }
  if (!*shown && of_handshake.empty()) {
    return fail(ErrorCode::unauthorized, "A token is needed: Authorization: Bearer TOKEN.");
  }
  const http::Token* token = file.tokens(r->connection->log).find(shown->value_or(of_handshake));
  if (token == nullptr) {
    return fail(ErrorCode::unauthorized, "The token is not known.");
  }
  return Caller{.owner = token->name, .is_known = true, .admin = token->may(http::Scope::admin)};
}

Result<Caller> identify(ngx_http_request_t* r) {
  const LocationConf* conf = location_conf(r);
  if (conf->owner != nullptr) {
    return by_variable(r, conf->owner);
  }
  return conf->tokens != nullptr ? by_token(r, *conf->tokens) : Caller{};
}

}  // namespace

std::optional<ngx_int_t> check_access(ngx_http_request_t* r, ngx_uint_t allowed, std::string_view allow,
                                      Caller& caller) {
  if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
    r->disable_not_modified = 1;  // nginx's filter takes a 200 for what GET would have answered, whatever was done
  }
  if (const auto answered = answer_other_methods(r, allowed, allow)) {
    return answered;
  }
  auto known = check_origin(r).and_then([r] { return identify(r); });
  if (!known) {
    // What comes of the body is dropped, so that the connection can go on.
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    return rc == NGX_OK ? send_problem(r, known.error()) : rc;
  }
  caller = std::move(*known);
  if (caller.is_known) {
    if (Context* context = context_of(r)) {
      context->owner = copy(r->pool, caller.owner);
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> whose_jobs(ngx_http_request_t* r, const Caller& caller, std::string_view directive) {
  if (location_conf(r)->anyone == 1 || caller.admin) {
    return std::nullopt;
  }
  if (!caller.is_known) {
    return fail(ErrorCode::forbidden,
                "Clients are not distinguished here (docket_tokens, docket_owner), so none has jobs of its own; \"" +
                    std::string(directive) + " anyone\" would show everybody's.");
  }
  return caller.owner;
}

}  // namespace docket::ngx
