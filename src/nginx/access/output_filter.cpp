#include "nginx/access/output_filter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "http/body/problem.h"
#include "nginx/access/cors.h"
#include "nginx/conf/conf.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/response.h"

namespace docket::ngx {
namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

/// Whether nginx answers here by itself: an error page of its own in a location with a handler of ours.
bool is_nginx_own_error(ngx_http_request_t* r) noexcept {
  const Context* context = find_context(r);
  return r == r->main && r->headers_out.status >= 400 && location_conf(r)->handler != Handler::none &&
         view(r->headers_out.content_type) != http::problem_type && (context == nullptr || !context->is_passed_on);
}

/// The body for an error that nginx found: the stable word where we have one, else the phrase of the status as a word.
std::string problem_of(ngx_uint_t status) {
  std::string body;
  const auto detail = http::detail_of_status(static_cast<unsigned>(status));
  if (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
    http::append_problem(body, Error{ErrorCode::too_large, std::string(detail)});
    return body;
  }
  std::string code(http::status_phrase(static_cast<unsigned>(status)));
  std::transform(code.begin(), code.end(), code.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == ' ' || c == '-' ? '_' : c;
  });
  http::append_problem(body, static_cast<unsigned>(status), code, detail);
  return body;
}

/// Makes the problem that the body filter puts in the place of nginx's page.
bool replace_body(ngx_http_request_t* r) {
  const std::string body = problem_of(r->headers_out.status);
  Context* context = context_of(r);
  auto* link = ngx_alloc_chain_link(r->pool);
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
  const ngx_str_t bytes = copy(r->pool, body);
  if (context == nullptr || link == nullptr || buffer == nullptr || bytes.data == nullptr ||
      !add_problem_headers(r, r->headers_out.status)) {
    return false;
  }
  buffer->pos = buffer->start = bytes.data;
  buffer->last = buffer->end = bytes.data + bytes.len;
  buffer->memory = 1;
  buffer->last_buf = 1;
  buffer->last_in_chain = 1;
  link->buf = buffer;
  link->next = nullptr;
  context->problem = link;
  r->headers_out.content_length_n = static_cast<off_t>(bytes.len);
  if (r->headers_out.content_length != nullptr) {
    r->headers_out.content_length->hash = 0;
    r->headers_out.content_length = nullptr;
  }
  r->headers_out.content_type = str(http::problem_type);
  r->headers_out.content_type_len = http::problem_type.size();
  r->headers_out.content_type_lowcase = nullptr;
  return true;
}

ngx_int_t header_filter(ngx_http_request_t* r) noexcept try {
  if (!add_cors_headers(r)) {
    return NGX_ERROR;
  }
  if (is_nginx_own_error(r)) {
    replace_body(r);  // where memory is short nginx's page stays
  }
  return next_header_filter(r);
} catch (...) {
  log_exception(r->connection->log, "the header filter");
  return next_header_filter(r);
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
  Context* context = in != nullptr ? find_context(r) : nullptr;
  if (context == nullptr || context->problem == nullptr) {
    return next_body_filter(r, in);
  }
  // nginx's page comes in one piece; what it was made of is dropped.
  bool last = false;
  for (const ngx_chain_t* link = in; link != nullptr; link = link->next) {
    link->buf->pos = link->buf->last;
    last = last || link->buf->last_buf != 0;
  }
  if (!last) {
    return NGX_OK;
  }
  ngx_chain_t* problem = std::exchange(context->problem, nullptr);
  return next_body_filter(r, problem);
}

}  // namespace

void install_output_filter() noexcept {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = header_filter;
  next_body_filter = ngx_http_top_body_filter;
  ngx_http_top_body_filter = body_filter;
}

}  // namespace docket::ngx
