// A WebSocket's frames (RFC 6455, 5 to 7), server side, over buffers: wslay does the protocol.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct wslay_event_context;

namespace docket::http {

/// Why a connection ends (RFC 6455, 7.4.1).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,  ///< we take no binary messages
  none = 1005,              ///< only seen, never sent: the client gave no code
  abnormal = 1006,          ///< only seen, never sent: memory ran out
  invalid_data = 1007,      ///< text that is not UTF-8
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
  service_restart = 1012,
};

/// One connection after its handshake: what the client sends goes into feed(), and what pending() has is to be sent.
/// Owned by the transport that has the socket; one thread at a time. Memory is bounded both ways: a message of
/// max_message, a control frame, and the output that the constructor allows.
///
/// Pings are answered, the client's close too. What breaks the protocol ends the connection with the code that RFC 6455
/// has for it: close_code().
class WebSocket {
 public:
  /// The longest text message that is taken, in bytes.
  static constexpr std::size_t max_message = 4096;

  /// Takes a complete text message, which is UTF-8. It may call send_text() and send_close(), but neither feed() nor
  /// the destructor; it may not throw.
  using OnText = std::function<void(std::string_view)>;

  /// `max_pending`: bytes that may wait to be sent.
  explicit WebSocket(std::size_t max_pending);
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  ~WebSocket();

  /// The next bytes from the client. A pong that does not fit into the output is left out; whatever comes behind the
  /// client's close or a fault is dropped, and so are texts once we are closing.
  void feed(std::string_view bytes, const OnText& on_text);

  /// Queues a text message, which has to be UTF-8. False, and nothing is queued, if that is more than may wait (the
  /// client reads too slowly and should be dropped) or the connection is closing.
  [[nodiscard]] bool send_text(std::string_view text);

  /// Queues a ping, so that a connection whose client has gone is found out; nothing if there is no room for it.
  void send_ping();

  /// Queues our close, behind what waits already; `reason` is cut to what a frame can take. Nothing is sent after it.
  /// Does nothing if one was queued before.
  void send_close(CloseCode code, std::string_view reason = {});

  /// The bytes to be sent next; the view dies with any call that changes something.
  [[nodiscard]] std::string_view pending() const noexcept;

  /// `size` bytes of pending() were sent.
  void sent(std::size_t size);

  /// A close of ours is queued or was sent; nothing more can be. The client still has to close, too, unless
  /// is_closed(): it should not be waited for without end.
  [[nodiscard]] bool is_closing() const noexcept { return close_code_ != 0; }

  /// Nothing more is read: both sides have closed, or the connection failed. As soon as nothing is pending the socket
  /// is to be closed.
  [[nodiscard]] bool is_closed() const noexcept;

  /// The code of the side that closed first; 0 while open. Numbers, since clients have their own.
  [[nodiscard]] std::uint16_t close_code() const noexcept { return close_code_; }

 private:
  struct Callbacks;  ///< what wslay calls; they may only note down what happens, not call wslay_event_recv or _send
  struct Free {
    void operator()(wslay_event_context* context) const noexcept;
  };

  [[nodiscard]] std::size_t room() const noexcept;
  bool flush() noexcept;
  void queue_close(CloseCode code, std::string_view reason) noexcept;
  void refuse(CloseCode code) noexcept;
  void fail(int status);
  void give_up() noexcept;

  std::unique_ptr<wslay_event_context, Free> context_;
  std::size_t max_pending_;
  std::string out_;
  std::size_t out_sent_ = 0;       ///< bytes at the front of out_ that are gone
  std::string_view in_;            ///< of feed(): not handed to wslay yet
  std::string payload_;            ///< of the text message, without what control frames stand between
  std::string control_;            ///< the payload of the present close frame
  std::uint64_t frame_left_ = 0;   ///< payload bytes of the present frame that are still to come
  std::uint8_t frame_opcode_ = 0;  ///< of the present frame
  bool frame_ended_ = false;       ///< wslay gets no bytes until we looked at what the frame was
  bool message_ended_ = false;     ///< payload_ is a whole message
  bool pong_queued_ = false;
  bool drop_output_ = false;
  std::uint16_t close_code_ = 0;
};

}  // namespace docket::http
