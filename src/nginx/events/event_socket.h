// docket_events over a WebSocket (RFC 6455).
#pragma once

#include <deque>
#include <string>

#include "http/stream/websocket.h"
#include "http/stream/websocket_handshake.h"
#include "nginx/events/event_topic.h"
#include "nginx/worker/hub.h"
#include "nginx/core/timer.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// One client's WebSocket. Lives in the request's pool and dies with it; event loop only. A socket for one job tells
/// its status bodies: a reader who is slower than the job misses some and always gets the newest. One for many jobs
/// tells every event; a reader who does not keep up is dropped.
class EventSocket final : public Subscriber {
 public:
  EventSocket(ngx_http_request_t* r, Worker& worker, EventTopic topic);

  /// Switches protocols and tells the present state; what the handler returns.
  ngx_int_t begin(const http::Handshake& handshake);

  void note(Told& told) noexcept override;
  void note_gap() noexcept override;
  void act() noexcept override;
  void quit() noexcept override;

 private:
  bool add_headers(const http::Handshake& handshake);
  void read() noexcept;
  void take(std::string_view bytes);
  void tell();
  void tell_status();
  void tell_present();
  void close(http::CloseCode code);
  bool send();
  void go_on() noexcept;
  void end() noexcept;
  void on_timer() noexcept;

  ngx_http_request_t* r_;
  Worker& worker_;
  EventTopic topic_;
  Timer timer_;
  http::WebSocket socket_;
  std::deque<Told::Text> waiting_;  ///< of a socket for many jobs: noted, and not yet queued
  bool wants_present_ = true;       ///< the present state is to be told
  bool overrun_ = false;            ///< what the client did not read is too much
  bool ended_ = false;
};

}  // namespace docket::ngx
