// docket_events as server-sent events.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nginx/core/timer.h"
#include "nginx/events/event_topic.h"
#include "nginx/events/present_jobs.h"
#include "nginx/worker/hub.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// One client's server-sent events. Lives in the request's pool and dies with it; event loop only. What is to be sent
/// is shared with all who get the same; what a slow reader does not take is bounded, and then the reader is dropped.
class EventStream final : public Subscriber {
 public:
  EventStream(ngx_http_request_t* r, Worker& worker, EventTopic topic);

  /// Sends the header and the first events; what the handler returns.
  ngx_int_t begin(std::optional<std::uint64_t> last_seen);

  void on_notification(JobNotification& notification) noexcept override;
  void on_lines(LinesNotification& lines) noexcept override;
  void on_gap() noexcept override;
  void act() noexcept override { flush(); }
  void quit() noexcept override;

 private:
  using Text = JobNotification::Text;

  void send_comment() noexcept;
  void push(Text text);
  void push_reset();
  void push_present();
  bool was_shown(const JobNotification& notification);
  bool push_missed(std::uint64_t last_seen);
  void flush() noexcept;
  ngx_int_t send();
  void end(ngx_int_t rc) noexcept;
  static void on_writable(ngx_http_request_t* r) noexcept;

  ngx_http_request_t* r_;
  Worker& worker_;
  EventTopic topic_;
  Timer comment_;
  PresentJobs present_;
  std::deque<Text> waiting_;  ///< not yet given to nginx
  std::size_t waiting_bytes_ = 0;
  std::deque<Text> in_flight_;  ///< of busy_, in its order
  ngx_chain_t* free_ = nullptr;
  ngx_chain_t* busy_ = nullptr;
  std::uint64_t sent_up_to_ = 0;  ///< changes up to this number were pushed, or need not be
  /// Jobs that were shown as of a later change, with its number: theirs up to it need not be pushed either.
  std::vector<std::pair<JobId, std::uint64_t>> ahead_;
  bool reset_ = false;  ///< changes were missed
  bool last_ = false;   ///< nothing follows
  bool quitting_ = false;
  bool ended_ = false;
};

}  // namespace docket::ngx
