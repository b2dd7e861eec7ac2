#include "nginx/held/long_poll.h"

#include <utility>

#include "nginx/core/exception.h"
#include "nginx/core/response.h"
#include "nginx/core/timer.h"
#include "nginx/held/abort.h"
#include "nginx/held/held_request.h"

namespace docket::ngx {
namespace {

/// A request that waits for its job. Lives in the request's pool and dies with it; event loop only.
class WaitingRequest final : public Subscriber {
 public:
  WaitingRequest(ngx_http_request_t* r, Worker& worker, const JobId& job, Attempt attempt)
      : r_(r),
        worker_(worker),
        job_(job),
        attempt_(std::move(attempt)),
        timer_(
            this, [](void* self) noexcept { static_cast<WaitingRequest*>(self)->end(true); }, r->connection->log) {}

  WaitingRequest(const WaitingRequest&) = delete;
  WaitingRequest& operator=(const WaitingRequest&) = delete;
  ~WaitingRequest() override {
    if (waits_ && is_subscribed()) {  // it was not answered: its client has gone
      Hub::unsubscribe(*this);
      abort_if_unread(worker_, job_, r_->connection->log);
    }
  }

  void on_notification(JobNotification&) noexcept override {}
  void on_gap() noexcept override {}
  void act() noexcept override { end(false); }
  void quit() noexcept override { end(true); }

  std::optional<ngx_int_t> attempt(bool last) noexcept {
    try {
      return attempt_(last);
    } catch (...) {
      return internal_error(r_, "a held answer");
    }
  }

  void begin(ngx_msec_t time) noexcept {
    waits_ = true;
    timer_.start(time);
    r_->read_event_handler = ngx_http_test_reading;
    // The client may have gone while another handler was there: that is told only once.
    ngx_post_event(r_->connection->read, &ngx_posted_events);
  }

 private:
  void end(bool last) noexcept {
    const auto rc = attempt(last);
    if (!rc) {
      return;
    }
    Hub::unsubscribe(*this);
    timer_.stop();
    r_->read_event_handler = ngx_http_block_reading;
    end_request(r_, *rc);  // this may be gone now
  }

  ngx_http_request_t* r_;
  Worker& worker_;
  JobId job_;
  bool waits_ = false;
  Attempt attempt_;
  Timer timer_;
};

}  // namespace

std::optional<ngx_int_t> hold_for_job(ngx_http_request_t* r, Worker& worker, const JobId& job,
                                      const http::Waiting& waiting, Attempt attempt) {
  if (waiting.preferred && add_header(r, "Preference-Applied", "wait=" + std::to_string(waiting.seconds)) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (waiting.seconds == 0) {
    return attempt(true);
  }
  auto* held = make_in_pool<WaitingRequest>(r->pool, r, worker, job, std::move(attempt));
  if (held == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  worker.hub().subscribe(*held, job);
  if (const auto rc = held->attempt(false)) {
    Hub::unsubscribe(*held);
    return rc;
  }
  held->begin(ngx_msec_t{waiting.seconds} * 1000);
  return std::nullopt;
}

}  // namespace docket::ngx
