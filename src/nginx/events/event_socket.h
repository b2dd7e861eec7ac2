// docket_events over a WebSocket (RFC 6455).
#pragma once

#include <deque>
#include <string>

#include "http/stream/websocket.h"
#include "http/stream/websocket_handshake.h"
#include "nginx/core/timer.h"
#include "nginx/events/event_topic.h"
#include "nginx/events/present_jobs.h"
#include "nginx/worker/hub.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// One client's WebSocket. Lives in the request's pool and dies with it; event loop only. A socket for one job sends
/// its status bodies: a client that reads more slowly than the job goes misses some and always gets the newest. One for
/// many jobs sends every event; a client that does not keep up is dropped.
class EventSocket final : public Subscriber {
 public:
  EventSocket(ngx_http_request_t* r, Worker& worker, EventTopic topic);

  /// Switches protocols and sends the present state; what the handler returns.
  ngx_int_t begin(const http::Handshake& handshake);

  void on_notification(JobNotification& notification) noexcept override;
  void on_lines(LinesNotification& lines) noexcept override;
  void on_gap() noexcept override;
  void act() noexcept override;
  void quit() noexcept override;

 private:
  bool add_headers(const http::Handshake& handshake);
  void read() noexcept;
  void take(std::string_view bytes);
  void queue_messages();
  void queue_status();
  void queue_present();
  void close(http::CloseCode code);
  bool send();
  void advance() noexcept;
  void end() noexcept;
  void on_timer() noexcept;

  ngx_http_request_t* r_;
  Worker& worker_;
  EventTopic topic_;
  Timer timer_;
  http::WebSocket socket_;
  PresentJobs present_;
  std::deque<JobNotification::Text> waiting_;  ///< of a socket for many jobs: published, and not yet in socket_
  bool wants_present_ = true;                  ///< the present state is to be sent
  bool overrun_ = false;                       ///< what the client did not read is too much
  bool ended_ = false;
};

}  // namespace docket::ngx
