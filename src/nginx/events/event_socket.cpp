#include "nginx/events/event_socket.h"

#include <array>
#include <utility>

#include "http/body/status_body.h"
#include "http/stream/event_stream.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t ping_every_ms = 15'000;
constexpr ngx_msec_t wait_for_close_ms = 5'000;  // the client's, after ours

/// What a client has not read may be so much: more than the largest status body.
constexpr std::size_t most_pending = std::size_t{1} << 20U;
/// Messages for many jobs that may wait besides.
constexpr std::size_t most_waiting = 1000;

/// What is read in one turn of the event loop.
constexpr int reads_a_turn = 4;

EventSocket& socket_of(ngx_http_request_t* r) noexcept {
  return *find_context(r)->socket;
}

}  // namespace

EventSocket::EventSocket(ngx_http_request_t* r, Worker& worker, EventTopic topic)
    : r_(r),
      worker_(worker),
      topic_(std::move(topic)),
      timer_(
          this, [](void* self) noexcept { static_cast<EventSocket*>(self)->on_timer(); }, r->connection->log),
      socket_(most_pending) {}

ngx_int_t EventSocket::begin(const http::Handshake& handshake) {
  topic_.subscribe(worker_.hub(), *this);
  set_status(r_, NGX_HTTP_SWITCHING_PROTOCOLS);
  r_->headers_out.content_length_n = -1;
  r_->keepalive = 0;
  if (!add_headers(handshake)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  ngx_int_t rc = ngx_http_send_header(r_);
  if (rc == NGX_ERROR || rc > NGX_OK) {
    return rc;
  }
  rc = ngx_http_send_special(r_, NGX_HTTP_FLUSH);
  if (rc == NGX_ERROR) {
    return rc;
  }
  ++r_->main->count;
  r_->read_event_handler = [](ngx_http_request_t* r) { socket_of(r).read(); };
  r_->write_event_handler = [](ngx_http_request_t* r) { socket_of(r).advance(); };
  timer_.start(ping_every_ms);
  worker_.hub().schedule(*this);
  // What the client sent behind its request is in nginx's buffer; for what the socket has by now there is no event.
  ngx_post_event(r_->connection->read, &ngx_posted_next_events);
  return NGX_DONE;
}

bool EventSocket::add_headers(const http::Handshake& handshake) {
  return add_static_header(r_, "Upgrade", "websocket") != nullptr &&
         add_header(r_, "Sec-WebSocket-Accept", handshake.accept) != nullptr &&
         (handshake.protocol.empty() || add_header(r_, "Sec-WebSocket-Protocol", handshake.protocol) != nullptr);
}

// ---- Notifications.

void EventSocket::on_notification(JobNotification& notification) noexcept try {
  if (topic_.job) {
    wants_present_ = true;
  } else if (!present_.empty()) {
    present_.add(notification.entry().job);
  } else if (waiting_.size() >= most_waiting) {
    overrun_ = true;
  } else if (const auto& message = notification.message(); message && !notification.is_overtaken()) {
    waiting_.push_back(message);
  }
} catch (...) {
  log_exception(r_->connection->log, "an event");
  overrun_ = true;
}

/// Of one job only its states are sent.
void EventSocket::on_lines(LinesNotification& lines) noexcept try {
  if (topic_.job) {
    return;
  }
  for (const auto& message : lines.messages()) {
    if (waiting_.size() >= most_waiting) {
      overrun_ = true;
      return;
    }
    waiting_.push_back(message);
  }
} catch (...) {
  log_exception(r_->connection->log, "lines of a log");
  overrun_ = true;
}

void EventSocket::on_gap() noexcept {
  wants_present_ = true;
}

void EventSocket::act() noexcept {
  advance();
}

void EventSocket::quit() noexcept {
  if (ended_) {
    return;
  }
  try {
    close(http::CloseCode::service_restart);
    advance();
  } catch (...) {
    log_exception(r_->connection->log, "a WebSocket");
    end();
  }
}

// ---- What the client says.

void EventSocket::read() noexcept try {
  auto* in = r_->header_in;
  if (in->pos < in->last) {
    take({reinterpret_cast<const char*>(in->pos), static_cast<std::size_t>(in->last - in->pos)});
    in->pos = in->last;
  }
  ngx_connection_t* connection = r_->connection;
  std::array<u_char, 4096> buffer;
  for (int turn = 0; turn < reads_a_turn && !socket_.is_closed(); ++turn) {
    const ssize_t size = connection->recv(connection, buffer.data(), buffer.size());
    if (size == NGX_AGAIN) {
      if (ngx_handle_read_event(connection->read, 0) != NGX_OK) {
        end();
        return;
      }
      advance();
      return;
    }
    if (size <= 0) {
      end();  // it has gone
      return;
    }
    take({reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(size)});
  }
  if (!socket_.is_closed()) {
    ngx_post_event(connection->read, &ngx_posted_next_events);  // others get their turn
  }
  advance();
} catch (...) {
  log_exception(r_->connection->log, "a WebSocket");
  end();
}

void EventSocket::take(std::string_view bytes) {
  socket_.feed(bytes, [this](std::string_view) { wants_present_ = true; });
}

// ---- What the server says.

void EventSocket::queue_messages() {
  if (socket_.is_closing()) {
    return;
  }
  if (topic_.job) {
    if (wants_present_ && socket_.pending().empty()) {
      wants_present_ = false;
      queue_status();
    }
    return;
  }
  if (std::exchange(wants_present_, false)) {
    present_.begin(topic_, worker_.reader());
  }
  queue_present();
  while (present_.empty() && !waiting_.empty() && !overrun_) {
    overrun_ = !socket_.send_text(*waiting_.front());
    waiting_.pop_front();
  }
}

void EventSocket::queue_status() {
  present_.begin(topic_, worker_.reader());
  const auto present = present_.take(worker_.reader());
  overrun_ = !socket_.send_text(present.data);
  if (present.final) {
    close(http::CloseCode::normal);
  }
}

/// As much of the present state as is sent at once.
void EventSocket::queue_present() {
  while (!present_.empty() && !overrun_ && socket_.pending().size() < present_bytes) {
    std::string text;
    http::append_message(text, "status", present_.take(worker_.reader()).data);
    overrun_ = !socket_.send_text(text);
  }
}

void EventSocket::close(http::CloseCode code) {
  Hub::unsubscribe(*this);
  socket_.send_close(code);
  timer_.stop();
  timer_.start(wait_for_close_ms);
}

/// Sends what the socket takes. False if the connection is over.
bool EventSocket::send() {
  ngx_connection_t* connection = r_->connection;
  if (r_->out != nullptr || connection->buffered != 0) {  // of the header
    if (ngx_http_output_filter(r_, nullptr) == NGX_ERROR) {
      return false;
    }
    if (r_->out != nullptr || connection->buffered != 0) {
      return ngx_handle_write_event(connection->write, 0) == NGX_OK;
    }
  }
  while (!socket_.pending().empty()) {
    const auto bytes = socket_.pending();
    const ssize_t size =
        connection->send(connection, reinterpret_cast<u_char*>(const_cast<char*>(bytes.data())), bytes.size());
    if (size == NGX_AGAIN) {
      auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r_, ngx_http_core_module));
      if (!connection->write->timer_set) {
        ngx_add_timer(connection->write, core->send_timeout);
      }
      return ngx_handle_write_event(connection->write, 0) == NGX_OK;
    }
    if (size <= 0) {
      return false;
    }
    socket_.sent(static_cast<std::size_t>(size));
  }
  if (connection->write->timer_set) {
    ngx_del_timer(connection->write);
  }
  return true;
}

/// Queues and sends as much as the socket takes; may end the request, and this with it.
void EventSocket::advance() noexcept try {
  if (ended_) {
    return;
  }
  if (r_->connection->write->timedout || r_->connection->error) {
    end();
    return;
  }
  bool open = send();
  if (open) {
    queue_messages();
    open = send();
  }
  if (overrun_) {
    ngx_log_error(NGX_LOG_INFO, r_->connection->log, 0, "docket: a reader of events was too slow and is dropped");
  }
  if (!present_.empty() && socket_.pending().empty()) {
    worker_.hub().schedule(*this);  // others get their turn
  }
  if (!open || overrun_ || (socket_.is_closed() && socket_.pending().empty())) {
    end();
  }
} catch (...) {
  log_exception(r_->connection->log, "a WebSocket");
  end();
}

void EventSocket::on_timer() noexcept {
  if (socket_.is_closing()) {
    end();  // the client did not close in time
    return;
  }
  timer_.start(ping_every_ms);
  guard(r_->connection->log, "a ping", [this] {
    if (socket_.pending().empty()) {
      socket_.send_ping();
    }
  });
  advance();
}

void EventSocket::end() noexcept {
  if (std::exchange(ended_, true)) {
    return;
  }
  Hub::unsubscribe(*this);
  timer_.stop();
  r_->read_event_handler = ngx_http_block_reading;
  end_request(r_, NGX_ERROR);  // nothing of HTTP follows; this may be gone now
}

}  // namespace docket::ngx
