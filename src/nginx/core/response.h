// Answering: headers that every answer of ours has, bodies from memory, stretches of files, problems.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Adds a header field; `name` must be static, `value` is copied into the request's pool. Null when memory is short.
ngx_table_elt_t* add_header(ngx_http_request_t* r, std::string_view name, std::string_view value) noexcept;

/// The same with a value that is static, too: nothing is copied.
ngx_table_elt_t* add_static_header(ngx_http_request_t* r, std::string_view name, std::string_view value) noexcept;

/// Adds what every problem has: the fields of every answer of ours, and Retry-After with 409, 429, 503 and 507.
bool add_problem_headers(ngx_http_request_t* r, ngx_uint_t status) noexcept;

/// Adds what a stream of events has: not to be stored, nor held back by a proxy.
bool add_stream_headers(ngx_http_request_t* r) noexcept;

/// Sets the status with its phrase: nginx sends none with those that it does not know, such as 422.
void set_status(ngx_http_request_t* r, ngx_uint_t status) noexcept;

/// Sets the entity tag (with its quotes); nginx's own filter then answers 304 and 412.
bool set_etag(ngx_http_request_t* r, std::string_view etag) noexcept;

/// Answers with `body`, which is copied into the request's pool. Returns what the handler returns or
/// ngx_http_finalize_request() takes.
ngx_int_t send_body(ngx_http_request_t* r, ngx_uint_t status, std::string_view content_type,
                    std::string_view body) noexcept;

/// A body that lives as long as the process or the configuration, and is not copied.
struct MemoryBody {
  std::string_view content_type;
  std::string_view content_encoding;  ///< empty: none
  std::string_view cache;             ///< Cache-Control
  std::string_view vary;
  std::string_view body;  ///< not empty
};

/// Answers 200 with such a body.
ngx_int_t send_memory(ngx_http_request_t* r, const MemoryBody& memory) noexcept;

/// Answers HEAD without the body that GET would be answered with, nor its length: to make it takes too long for that.
ngx_int_t send_head(ngx_http_request_t* r, ngx_uint_t status, std::string_view content_type) noexcept;

/// Answers 204 or the like.
ngx_int_t send_empty(ngx_http_request_t* r, ngx_uint_t status) noexcept;

/// A part of a file, between two texts, as the body of an answer.
struct FileRange {
  std::string_view path{};  ///< empty: no file, only the texts
  off_t offset = 0;
  off_t length = 0;
  std::string_view prefix{};
  std::string_view suffix{};
  std::string_view content_type;
  time_t last_modified = 0;         ///< -1: not known
  ngx_uint_t status = NGX_HTTP_OK;  ///< Range is for 200 only
};

/// Answers with a range and the texts around it, which are copied; the file by sendfile where nginx may. Takes Range. A
/// file that is not there any more (its job was deleted meanwhile) is not_found.
ngx_int_t send_file_range(ngx_http_request_t* r, const FileRange& range) noexcept;

/// For what sends an answer bit by bit, when nginx has not got rid of the last one: has the request's write handler
/// called when the client takes more. NGX_AGAIN, or NGX_ERROR.
ngx_int_t wait_for_writing(ngx_http_request_t* r) noexcept;

/// For such a write handler, first of all. False: the client has taken nothing for as long as send_timeout allows, and
/// is given up.
bool may_write(ngx_http_request_t* r) noexcept;

/// Answers with problem+json, or leaves it to the operator's error_page where there is one for the status. The body of
/// a request that was not read to its end is left to nginx, which closes the connection after lingering.
ngx_int_t send_problem(ngx_http_request_t* r, const Error& error) noexcept;

/// The same with a body made elsewhere.
ngx_int_t send_problem_body(ngx_http_request_t* r, ngx_uint_t status, std::string_view body) noexcept;

/// What every location says while this process has no store.
Error store_unavailable();

/// Nothing for the methods of `allowed` (a mask of NGX_HTTP_GET …), which the handler answers itself. OPTIONS is
/// answered with 204 and any other method with 405, both with `allow` as the field Allow: what the handler then
/// returns.
std::optional<ngx_int_t> answer_other_methods(ngx_http_request_t* r, ngx_uint_t allowed, std::string_view allow);

}  // namespace docket::ngx
