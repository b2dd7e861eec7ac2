#include "nginx/core/response.h"

#include <string>

#include "http/body/problem.h"
#include "nginx/core/exception.h"
#include "nginx/core/file_body.h"

namespace docket::ngx {
namespace {

/// Once: an answer that nginx takes back half way (416) has them already.
bool add_common_headers(ngx_http_request_t* r, std::string_view cache = "private, no-cache",
                        std::string_view vary = "Accept, Authorization, Cookie, Origin") noexcept {
  constexpr std::string_view first = "X-Content-Type-Options";
  for (const ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (headers[i].hash != 0 && view(headers[i].key) == first) {
        return true;
      }
    }
  }
  return add_static_header(r, first, "nosniff") != nullptr && add_static_header(r, "Cache-Control", cache) != nullptr &&
         add_static_header(r, "Vary", vary) != nullptr;
}

/// Sends the header and then, unless there is to be no body, `body`.
ngx_int_t send(ngx_http_request_t* r, ngx_chain_t* body) noexcept {
  // Ignored beside If-Match and for what has no date (RFC 9110, 13.1.4); nginx's filter would answer 412.
  if (r->headers_in.if_match != nullptr || r->headers_out.last_modified_time == -1) {
    r->headers_in.if_unmodified_since = nullptr;
  }
  const ngx_int_t rc = ngx_http_send_header(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
    return rc;
  }
  ngx_chain_t* last = body;
  while (last->next != nullptr) {
    last = last->next;
  }
  last->buf->last_buf = r == r->main ? 1 : 0;
  last->buf->last_in_chain = 1;
  return ngx_http_output_filter(r, body);
}

void set_type(ngx_http_request_t* r, std::string_view content_type) noexcept {
  r->headers_out.content_type = copy(r->pool, content_type);
  r->headers_out.content_type_len = r->headers_out.content_type.len;
  r->headers_out.content_type_lowcase = nullptr;
}

/// Whether the operator's error_page takes this status over.
bool has_error_page(ngx_http_request_t* r, ngx_uint_t status) noexcept {
  const auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  if (core->error_pages == nullptr || r->error_page) {
    return false;
  }
  const auto* pages = static_cast<ngx_http_err_page_t*>(core->error_pages->elts);
  for (ngx_uint_t i = 0; i < core->error_pages->nelts; ++i) {
    if (pages[i].status == static_cast<ngx_int_t>(status)) {
      return true;
    }
  }
  return false;
}

/// Opens the file of a range; else answers, and gives what the handler returns.
std::optional<ngx_int_t> open_range(ngx_http_request_t* r, const FileRange& range, ngx_file_t& file) noexcept {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  file.name = copy(r->pool, range.path);
  if (file.name.data == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  ngx_open_file_info_t opened;
  const auto open = [&](ngx_open_file_cache_t* cache) noexcept {
    ngx_memzero(&opened, sizeof(opened));
    opened.read_ahead = core->read_ahead;
    opened.directio = NGX_OPEN_FILE_DIRECTIO_OFF;  // a range begins anywhere, direct I/O does not
    opened.valid = core->open_file_cache_valid;
    opened.min_uses = core->open_file_cache_min_uses;
    opened.errors = core->open_file_cache_errors != 0 ? 1 : 0;
    opened.events = core->open_file_cache_events != 0 ? 1 : 0;
    return ngx_open_cached_file(cache, &file.name, &opened, r->pool);
  };
  ngx_int_t rc = open(core->open_file_cache);
  if (rc == NGX_OK && range.offset + range.length > opened.size && core->open_file_cache != nullptr) {
    rc = open(nullptr);  // it has grown since open_file_cache saw it
  }
  if (rc != NGX_OK) {
    if (opened.err == NGX_ENOENT || opened.err == NGX_ENOTDIR) {
      return send_problem(r, Error{ErrorCode::not_found, {}});
    }
    ngx_log_error(NGX_LOG_CRIT, r->connection->log, opened.err, "docket: %s \"%V\" failed",
                  opened.failed != nullptr ? opened.failed : "open()", &file.name);
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (range.offset + range.length > opened.size) {
    ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0, "docket: \"%V\" is shorter than its record says", &file.name);
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  file.fd = opened.fd;
  file.log = r->connection->log;
  return std::nullopt;
}

}  // namespace

ngx_table_elt_t* add_static_header(ngx_http_request_t* r, std::string_view name, std::string_view value) noexcept {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
  if (header == nullptr) {
    return nullptr;
  }
  ngx_memzero(header, sizeof(*header));  // newer versions of nginx have more members
  header->hash = 1;
  header->key = str(name);
  header->value = str(value);
  return header;
}

ngx_table_elt_t* add_header(ngx_http_request_t* r, std::string_view name, std::string_view value) noexcept {
  const ngx_str_t copied = copy(r->pool, value);
  return copied.data != nullptr ? add_static_header(r, name, view(copied)) : nullptr;
}

bool add_problem_headers(ngx_http_request_t* r, ngx_uint_t status) noexcept {
  const bool later = status == NGX_HTTP_TOO_MANY_REQUESTS || status == NGX_HTTP_SERVICE_UNAVAILABLE ||
                     status == NGX_HTTP_INSUFFICIENT_STORAGE || status == NGX_HTTP_CONFLICT;
  return add_common_headers(r) && (!later || add_static_header(r, "Retry-After", "5") != nullptr);
}

bool add_stream_headers(ngx_http_request_t* r) noexcept {
  return add_common_headers(r, "no-store") && add_static_header(r, "X-Accel-Buffering", "no") != nullptr;
}

void set_status(ngx_http_request_t* r, ngx_uint_t status) noexcept {
  r->headers_out.status = status;
  r->headers_out.status_line = str(http::status_line(static_cast<unsigned>(status)));
}

bool set_etag(ngx_http_request_t* r, std::string_view etag) noexcept {
  r->headers_out.etag = add_header(r, "ETag", etag);
  return r->headers_out.etag != nullptr;
}

ngx_int_t send_body(ngx_http_request_t* r, ngx_uint_t status, std::string_view content_type,
                    std::string_view body) noexcept {
  if (body.empty()) {
    return send_empty(r, status);
  }
  ngx_buf_t* buffer = memory_buffer(r->pool, body);
  if (buffer == nullptr || !add_common_headers(r)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  set_status(r, status);
  r->headers_out.content_length_n = static_cast<off_t>(body.size());
  set_type(r, content_type);
  ngx_chain_t only{buffer, nullptr};
  return send(r, &only);
}

ngx_int_t send_memory(ngx_http_request_t* r, const MemoryBody& memory) noexcept {
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
  if (buffer == nullptr || !add_common_headers(r, memory.cache, memory.vary)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!memory.content_encoding.empty()) {
    r->headers_out.content_encoding = add_static_header(r, "Content-Encoding", memory.content_encoding);
    if (r->headers_out.content_encoding == nullptr) {
      return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
  }
  const ngx_str_t bytes = str(memory.body);
  buffer->start = buffer->pos = bytes.data;
  buffer->end = buffer->last = bytes.data + bytes.len;
  buffer->memory = 1;  // not to be written to
  set_status(r, NGX_HTTP_OK);
  r->headers_out.content_length_n = static_cast<off_t>(bytes.len);
  set_type(r, memory.content_type);
  ngx_chain_t only{buffer, nullptr};
  return send(r, &only);
}

ngx_int_t send_head(ngx_http_request_t* r, ngx_uint_t status, std::string_view content_type) noexcept {
  if (!add_common_headers(r)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  set_status(r, status);
  set_type(r, content_type);
  r->header_only = 1;
  return ngx_http_send_header(r);
}

ngx_int_t send_empty(ngx_http_request_t* r, ngx_uint_t status) noexcept {
  if (!add_common_headers(r)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  set_status(r, status);
  // RFC 9110, 8.6: with 304 it would be the length that a 200 has.
  r->headers_out.content_length_n = status == NGX_HTTP_NOT_MODIFIED ? -1 : 0;
  r->header_only = 1;
  return ngx_http_send_header(r);
}

ngx_int_t send_file_range(ngx_http_request_t* r, const FileRange& range) noexcept {
  ngx_file_t* file = nullptr;
  if (!range.path.empty()) {
    file = static_cast<ngx_file_t*>(ngx_pcalloc(r->pool, sizeof(ngx_file_t)));
    if (file == nullptr) {
      return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (const auto answered = open_range(r, range, *file)) {
      return *answered;
    }
  }
  const auto size = static_cast<off_t>(range.prefix.size() + range.suffix.size()) + range.length;
  if (size == 0) {
    set_type(r, range.content_type);
    r->headers_out.last_modified_time = range.last_modified;
    return send_empty(r, range.status);
  }
  if (!add_common_headers(r)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  const FileBody body{file, range.offset, range.length, range.prefix, range.suffix};
  // nginx cuts several ranges only out of one buffer.
  const bool several_ranges = r->method != NGX_HTTP_HEAD && r->headers_in.range != nullptr &&
                              view(r->headers_in.range->value).find(',') != std::string_view::npos;
  ngx_chain_t* chain = several_ranges ? in_one_buffer(r->pool, body) : nullptr;
  if (chain == nullptr) {
    chain = in_buffers(r->pool, body);
  }
  if (chain == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  set_status(r, range.status);
  r->headers_out.content_length_n = size;
  r->headers_out.last_modified_time = range.last_modified;
  r->allow_ranges = (r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) != 0 ? 1 : 0;  // RFC 9110, 14.2
  r->single_range = several_ranges && chain->next != nullptr ? 1 : 0;
  set_type(r, range.content_type);
  return send(r, chain);
}

ngx_int_t wait_for_writing(ngx_http_request_t* r) noexcept {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  ngx_event_t* write = r->connection->write;
  if (!write->timer_set && !write->delayed) {
    ngx_add_timer(write, core->send_timeout);
  }
  return ngx_handle_write_event(write, core->send_lowat) == NGX_OK ? NGX_AGAIN : NGX_ERROR;
}

bool may_write(ngx_http_request_t* r) noexcept {
  ngx_event_t* write = r->connection->write;
  if (write->timedout) {
    ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT, "docket: the reader of a stream takes nothing");
    return false;
  }
  if (write->timer_set) {
    ngx_del_timer(write);
  }
  return true;
}

ngx_int_t send_problem_body(ngx_http_request_t* r, ngx_uint_t status, std::string_view body) noexcept {
  if (has_error_page(r, status)) {
    return static_cast<ngx_int_t>(status);
  }
  if (r->reading_body) {
    r->keepalive = 0;  // the rest of the body is still to come: no next request behind it
  }
  if (status == NGX_HTTP_UNAUTHORIZED && add_static_header(r, "WWW-Authenticate", "Bearer") == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!add_problem_headers(r, status)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_body(r, status, http::problem_type, body);
}

ngx_int_t send_problem(ngx_http_request_t* r, const Error& error) noexcept {
  try {
    std::string body;
    // One text for all that is not found, so that it does not reveal which jobs there are.
    http::append_problem(body, error.code == ErrorCode::not_found
                                   ? Error{error.code, "There is no such job, or no such result of it."}
                                   : error);
    const auto status = http::http_status(error.code);
    if (status >= 500) {
      ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "docket: %s", error.detail.c_str());
    }
    return send_problem_body(r, status, body);
  } catch (...) {
    return internal_error(r, "telling a problem");
  }
}

Error store_unavailable() {
  return Error{ErrorCode::store_unavailable, "The store cannot be used; the error log says why."};
}

std::optional<ngx_int_t> answer_other_methods(ngx_http_request_t* r, ngx_uint_t allowed, std::string_view allow) {
  if ((r->method & allowed) != 0) {
    return std::nullopt;
  }
  // The body of a request that is refused for its method is read and dropped, so that the connection can go on.
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  if (add_header(r, "Allow", allow) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (r->method == NGX_HTTP_OPTIONS) {
    return send_empty(r, NGX_HTTP_NO_CONTENT);
  }
  return send_problem(r, Error{ErrorCode::method_not_allowed, "Allowed here: " + std::string(allow) + "."});
}

}  // namespace docket::ngx
