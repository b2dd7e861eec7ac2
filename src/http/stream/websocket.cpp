#include "http/stream/websocket.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/utf8.h"

namespace docket::http {
namespace {

constexpr std::size_t max_close_reason = 123;
constexpr std::size_t control_head = 2;

/// A whole close frame with code 1002, for where wslay would close without a code.
constexpr std::string_view protocol_error_frame = "\x88\x02\x03\xEA";

/// The head of a frame from a server.
constexpr std::size_t head_size(std::size_t payload) noexcept {
  return payload < 126 ? control_head : payload < 65536 ? 4 : 10;
}

constexpr std::uint16_t number(CloseCode code) noexcept {
  return static_cast<std::uint16_t>(code);
}

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

/// How wslay is fed decides what it can get wrong. It gets the heads of frames byte by byte, so that it never holds
/// bytes of a frame behind the present one: what each frame caused is handled before the next. It gets close frames
/// byte by byte, too: it would look for UTF-8 in every piece from the third byte on, as though each began with a code.
/// Looked at so it looks at none, and we do. Messages are kept by us (no_buffering): wslay's list of fragments takes a
/// hundred times the memory of what is in them.
struct WebSocket::Callbacks {
  static ssize_t recv(wslay_event_context* context, std::uint8_t* buffer, std::size_t size, int /*flags*/,
                      void* data) noexcept {
    auto& self = *static_cast<WebSocket*>(data);
    if (self.frame_ended_ || self.in_.empty()) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const bool whole = self.frame_left_ > 0 && self.frame_opcode_ != WSLAY_CONNECTION_CLOSE;
    const auto piece = whole ? std::min<std::uint64_t>({self.frame_left_, size, self.in_.size()}) : 1;
    std::copy_n(self.in_.begin(), piece, buffer);
    self.in_.remove_prefix(piece);
    return static_cast<ssize_t>(piece);
  }

  static ssize_t send(wslay_event_context* context, const std::uint8_t* bytes, std::size_t size, int /*flags*/,
                      void* data) noexcept try {
    auto& self = *static_cast<WebSocket*>(data);
    if (!self.drop_output_) {
      self.out_.append(reinterpret_cast<const char*>(bytes), size);
    }
    return static_cast<ssize_t>(size);
  } catch (const std::bad_alloc&) {
    wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }

  static void frame_start(wslay_event_context* /*context*/, const wslay_event_on_frame_recv_start_arg* frame,
                          void* data) noexcept {
    auto& self = *static_cast<WebSocket*>(data);
    self.frame_opcode_ = frame->opcode;
    self.frame_left_ = frame->payload_length;
    if (frame->opcode == WSLAY_BINARY_FRAME) {
      self.refuse(CloseCode::unsupported_data);
    } else if (!wslay_is_ctrl_frame(frame->opcode) && frame->payload_length > max_message - self.payload_.size()) {
      self.refuse(CloseCode::too_big);
    }
  }

  static void frame_chunk(wslay_event_context* context, const wslay_event_on_frame_recv_chunk_arg* chunk,
                          void* data) noexcept try {
    auto& self = *static_cast<WebSocket*>(data);
    self.frame_left_ -= chunk->data_length;
    const bool is_close = self.frame_opcode_ == WSLAY_CONNECTION_CLOSE;
    if (wslay_event_get_read_enabled(context) == 0 || (wslay_is_ctrl_frame(self.frame_opcode_) && !is_close)) {
      return;
    }
    (is_close ? self.control_ : self.payload_).append(reinterpret_cast<const char*>(chunk->data), chunk->data_length);
  } catch (const std::bad_alloc&) {
    static_cast<WebSocket*>(data)->refuse(CloseCode::internal_error);
  }

  static void frame_end(wslay_event_context* /*context*/, void* data) noexcept {
    auto& self = *static_cast<WebSocket*>(data);
    self.frame_ended_ = true;
    if (self.frame_opcode_ != WSLAY_CONNECTION_CLOSE) {
      return;
    }
    // wslay answers the close next, unless ours is queued before.
    if (self.control_.size() == 1) {
      self.refuse(CloseCode::protocol_error);
    } else if (self.control_.size() > 2 && !is_valid_utf8(std::string_view(self.control_).substr(2))) {
      self.refuse(CloseCode::invalid_data);
    }
  }

  static void message(wslay_event_context* /*context*/, const wslay_event_on_msg_recv_arg* message,
                      void* data) noexcept {
    auto& self = *static_cast<WebSocket*>(data);
    if (message->opcode == WSLAY_TEXT_FRAME) {
      self.message_ended_ = true;
    } else if (message->opcode == WSLAY_PING) {
      self.pong_queued_ = true;
    } else if (message->opcode == WSLAY_CONNECTION_CLOSE && self.close_code_ == 0) {
      self.close_code_ = message->status_code != 0 ? message->status_code : number(CloseCode::none);
    }
  }
};

void WebSocket::Free::operator()(wslay_event_context* context) const noexcept {
  wslay_event_context_free(context);
}

WebSocket::WebSocket(std::size_t max_pending) : max_pending_(max_pending) {
  wslay_event_callbacks callbacks{};
  callbacks.recv_callback = Callbacks::recv;
  callbacks.send_callback = Callbacks::send;
  callbacks.on_frame_recv_start_callback = Callbacks::frame_start;
  callbacks.on_frame_recv_chunk_callback = Callbacks::frame_chunk;
  callbacks.on_frame_recv_end_callback = Callbacks::frame_end;
  callbacks.on_msg_recv_callback = Callbacks::message;
  wslay_event_context* context = nullptr;
  if (wslay_event_context_server_init(&context, &callbacks, this) != 0) {
    throw std::bad_alloc();
  }
  context_.reset(context);
  wslay_event_config_set_no_buffering(context, 1);
}

WebSocket::~WebSocket() = default;

void WebSocket::feed(std::string_view bytes, const OnText& on_text) {
  in_ = bytes;
  while (!in_.empty() && !is_closed()) {
    frame_ended_ = false;
    if (const int status = wslay_event_recv(context_.get()); status == 0) {
      flush();
    } else {
      fail(status);
    }
    if (std::exchange(message_ended_, false)) {
      const auto text = std::exchange(payload_, {});
      if (!is_closing()) {
        on_text(text);
      }
    }
  }
  in_ = {};
}

bool WebSocket::send_text(std::string_view text) {
  if (is_closing() || text.size() > room() || head_size(text.size()) > room() - text.size()) {
    return false;
  }
  const wslay_event_msg message{WSLAY_TEXT_FRAME, bytes_of(text), text.size()};
  if (wslay_event_queue_msg(context_.get(), &message) != 0) {
    give_up();
    return false;
  }
  return flush();
}

void WebSocket::send_ping() {
  if (is_closing() || head_size(0) > room()) {
    return;
  }
  const wslay_event_msg message{WSLAY_PING, nullptr, 0};
  if (wslay_event_queue_msg(context_.get(), &message) != 0) {
    give_up();
    return;
  }
  flush();
}

void WebSocket::send_close(CloseCode code, std::string_view reason) {
  queue_close(code, reason);
  flush();
}

std::string_view WebSocket::pending() const noexcept {
  return std::string_view(out_).substr(out_sent_);
}

void WebSocket::sent(std::size_t size) {
  out_sent_ += std::min(size, out_.size() - out_sent_);
  if (out_sent_ == out_.size()) {
    out_ = {};  // an idle connection holds no memory for what it once had to say
    out_sent_ = 0;
  } else if (out_sent_ >= out_.size() - out_sent_) {
    // No sooner: so every byte is moved once at most on average.
    out_.erase(0, out_sent_);
    out_sent_ = 0;
  }
}

bool WebSocket::is_closed() const noexcept {
  return wslay_event_get_read_enabled(context_.get()) == 0;
}

std::size_t WebSocket::room() const noexcept {
  return max_pending_ - std::min(max_pending_, pending().size());
}

/// Moves what wslay has queued into out_, all of it.
bool WebSocket::flush() noexcept {
  // A pong is alone in the queue: it is looked at before anything else is queued.
  drop_output_ =
      std::exchange(pong_queued_, false) && room() < control_head + wslay_event_get_queued_msg_length(context_.get());
  const int status = wslay_event_send(context_.get());
  drop_output_ = false;
  if (status != 0) {
    give_up();
  } else if (close_code_ == 0 && wslay_event_get_close_sent(context_.get()) != 0) {
    close_code_ = wslay_event_get_status_code_sent(context_.get());
  }
  return status == 0;
}

/// Only queued, so that callbacks may use it.
void WebSocket::queue_close(CloseCode code, std::string_view reason) noexcept {
  if (is_closing()) {
    return;
  }
  close_code_ = number(code);
  reason = cut_utf8(reason, max_close_reason);
  if (wslay_event_queue_close(context_.get(), close_code_, bytes_of(reason), reason.size()) != 0) {
    give_up();
  }
}

/// Closes for a fault of the client's.
void WebSocket::refuse(CloseCode code) noexcept {
  queue_close(code, {});
  wslay_event_shutdown_read(context_.get());
}

/// wslay_event_recv() failed, and does not read any more. Its callback for bytes does not fail, so CALLBACK_FAILURE is
/// a malformed head of a frame; for that it has queued a close without a code, which cannot be taken back.
void WebSocket::fail(int status) {
  if (status != WSLAY_ERR_CALLBACK_FAILURE) {
    give_up();
  } else if (!is_closing()) {
    wslay_event_shutdown_write(context_.get());
    close_code_ = number(CloseCode::protocol_error);
    out_ += protocol_error_frame;
  }
}

/// Memory ran out: there is no saying why.
void WebSocket::give_up() noexcept {
  close_code_ = close_code_ == 0 ? number(CloseCode::abnormal) : close_code_;
  wslay_event_shutdown_read(context_.get());
  wslay_event_shutdown_write(context_.get());
}

}  // namespace docket::http
