#include "nginx/upload/body_reader.h"

#include <algorithm>
#include <array>

#include "nginx/core/context.h"
#include "nginx/core/exception.h"

namespace docket::ngx {
namespace {

/// What one turn of the event loop takes of one body at the most; nginx's buffers may be smaller.
constexpr std::size_t turn_bytes = std::size_t{64} * 1024;

}  // namespace

BodyReader::BodyReader(ngx_http_request_t* r, BodyHandler& handler) noexcept
    : r_(r),
      handler_(handler),
      next_turn_(
          this,
          [](void* self) noexcept {
            ngx_http_request_t* request = static_cast<BodyReader*>(self)->r_;
            ngx_connection_t* connection = request->connection;
            on_readable(request);  // the reader may be gone now
            ngx_http_run_posted_requests(connection);
          },
          r->connection->log) {}

namespace {

/// The Content-Length of a body that drop() has dropped, by which it is known again: FastCGI's CONTENT_LENGTH is made
/// of it.
ngx_table_elt_t* length_of_dropped() noexcept {
  static ngx_table_elt_t none = [] {
    ngx_table_elt_t made{};
    made.hash = 1;
    made.value = str("0");
    return made;
  }();
  return &none;
}

/// Whether the body was dropped, by nginx or by drop(), or is about to be, since an answer was made before an
/// error_page led here: nginx would call back at once, without a body, or wait for what does not come.
bool was_dropped(const ngx_http_request_t* r) noexcept {
  const auto& in = r->headers_in;
  const auto* length = in.content_length;
  if (r->request_body != nullptr) {
    return length == length_of_dropped();
  }
  const bool had_body = length != nullptr && ngx_atoof(length->value.data, length->value.len) > 0;
  return r->main->discard_body != 0 || (had_body && in.content_length_n <= 0) ||
         (in.chunked != 0 && in.content_length_n >= 0);
}

}  // namespace

/// A body that another module has had read already (mirror, auth_request with a body, a request above this one) is the
/// others', too.
Result<void> BodyReader::prepare() {
  const ngx_http_request_body_t* body = r_->request_body;
  if (was_dropped(r_)) {
    return fail(ErrorCode::no_file, "The request's body was dropped before it came here (error_page).");
  }
  if (body == nullptr) {
    return r_ == r_->main ? Result<void>()
                          : fail(ErrorCode::no_file, "The body of the request above this subrequest was not read.");
  }
  if (r_->reading_body != 0 || r_->request_body_no_buffering != 0) {
    return fail(ErrorCode::io,
                "another handler of the request has begun to use up its body (proxy_request_buffering off)");
  }
  is_shared_ = true;
  shared_ = body->bufs;
  return {};
}

ngx_int_t BodyReader::start() noexcept {
  r_->request_body_no_buffering = 1;
  const ngx_int_t rc = ngx_http_read_client_request_body(r_, on_readable);
  return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

void BodyReader::drop() noexcept {
  if (is_shared_ || r_->request_body == nullptr) {
    return;
  }
  if (r_->reading_body != 0) {  // what is still to come must not be taken for another request
    r_->reading_body = 0;
    r_->keepalive = 0;
    r_->lingering_close = 1;
  }
#if (NGX_HTTP_V2)
  if (r_->stream != nullptr) {
    r_->stream->skip_data = 1;  // as in ngx_http_discard_request_body()
  }
#endif
  r_->request_body_no_buffering = 0;
  r_->request_body->bufs = nullptr;
  r_->request_body->rest = 0;
  auto& in = r_->headers_in;
  in.content_length_n = 0;
  in.chunked = 0;
  in.content_length = length_of_dropped();
}

void BodyReader::on_readable(ngx_http_request_t* r) noexcept try { find_context(r)->body->receive(); } catch (...) {
  ngx_http_finalize_request(r, internal_error(r, "docket_upload"));
}

bool BodyReader::is_at_end() const noexcept {
  return is_shared_ ? shared_ == nullptr : r_->reading_body == 0 && r_->request_body->bufs == nullptr;
}

/// Takes what has come of the body and asks for more. The reader may be gone after the handler's last call.
void BodyReader::receive() {
  std::size_t taken = 0;
  for (;;) {
    const auto size = take_buffers();
    if (!size) {
      r_->read_event_handler = ngx_http_block_reading;
      handler_.body_failed(size.error());
      return;
    }
    taken += *size;
    if (is_at_end()) {
      r_->read_event_handler = ngx_http_block_reading;
      handler_.body_end();
      return;
    }
    if (taken >= turn_bytes) {
      continue_in_next_turn();
      return;
    }
    const ngx_int_t rc = ngx_http_read_unbuffered_request_body(r_);
    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
      r_->read_event_handler = ngx_http_block_reading;
      handler_.body_failed(rc);
      return;
    }
    if (rc == NGX_AGAIN && r_->request_body->bufs == nullptr) {
      r_->read_event_handler = on_readable;
      return;
    }
  }
}

/// Lets other requests have their turn. A posted event brings us back: the kernel reports only once what is in the
/// socket already, and a subrequest gets no events at all.
void BodyReader::continue_in_next_turn() noexcept {
  r_->read_event_handler = ngx_http_block_reading;
  next_turn_.post();
}

/// Takes the buffers that nginx has filled, up to a turn's bytes; how many bytes these were.
Result<std::size_t> BodyReader::take_buffers() {
  std::size_t taken = 0;
  std::array<char, turn_bytes> room;
  while (ngx_chain_t* link = is_shared_ ? shared_ : r_->request_body->bufs) {
    if (taken >= turn_bytes) {
      break;
    }
    auto bytes = next_bytes(link->buf, room);
    if (!bytes) {
      return pass_on(bytes);
    }
    taken += bytes->size();
    if (!bytes->empty()) {
      if (const auto result = handler_.body_data(*bytes); !result) {
        return pass_on(result);
      }
    }
    if (ngx_buf_size(link->buf) > shared_done_) {
      continue;
    }
    shared_done_ = 0;
    if (is_shared_) {
      shared_ = link->next;
    } else {
      r_->request_body->bufs = link->next;
      ngx_free_chain(r_->pool, link);  // a large body comes in many links: memory stays constant
    }
  }
  return taken;
}

/// The next bytes of a buffer, in memory or by way of `room` from a file; they are taken out of it, or counted in
/// shared_done_.
Result<std::string_view> BodyReader::next_bytes(ngx_buf_t* buffer, std::span<char> room) {
  const off_t left = ngx_buf_size(buffer) - shared_done_;
  auto size = static_cast<std::size_t>(std::clamp<off_t>(left, 0, static_cast<off_t>(room.size())));
  std::string_view bytes;
  if (ngx_buf_in_memory(buffer)) {
    bytes = {reinterpret_cast<const char*>(buffer->pos) + shared_done_, size};
  } else if (size != 0) {
    const ssize_t got =
        ngx_read_file(buffer->file, reinterpret_cast<u_char*>(room.data()), size, buffer->file_pos + shared_done_);
    if (got <= 0) {
      return fail(ErrorCode::io, "The request's body could not be read from its temporary file.");
    }
    size = static_cast<std::size_t>(got);
    bytes = {room.data(), size};
  }
  if (is_shared_) {
    shared_done_ += static_cast<off_t>(size);
  } else if (ngx_buf_in_memory(buffer)) {
    buffer->pos += size;
  } else {
    buffer->file_pos += static_cast<off_t>(size);
  }
  return bytes;
}

}  // namespace docket::ngx
