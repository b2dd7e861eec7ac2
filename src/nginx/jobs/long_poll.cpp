#include "nginx/jobs/long_poll.h"

#include <utility>

#include "nginx/core/response.h"
#include "nginx/exception.h"
#include "nginx/core/timer.h"

namespace docket::ngx {
namespace {

/// In the request's pool, and gone with it.
class WaitingRequest final : public Subscriber {
 public:
  WaitingRequest(ngx_http_request_t* r, Attempt attempt)
      : r_(r),
        attempt_(std::move(attempt)),
        timer_(
            this, [](void* self) noexcept { static_cast<WaitingRequest*>(self)->end(true); }, r->connection->log) {}

  void note(Told&) noexcept override {}
  void note_gap() noexcept override {}
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
    timer_.start(time);
    r_->read_event_handler = ngx_http_test_reading;
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
    ngx_connection_t* connection = r_->connection;
    ngx_http_finalize_request(r_, *rc);  // this may be gone now
    ngx_http_run_posted_requests(connection);
  }

  ngx_http_request_t* r_;
  Attempt attempt_;
  Timer timer_;
};

}  // namespace

std::optional<ngx_int_t> hold(ngx_http_request_t* r, Hub& hub, const JobId& job, const http::Waiting& waiting,
                              Attempt attempt) {
  if (waiting.preferred && add_header(r, "Preference-Applied", "wait=" + std::to_string(waiting.seconds)) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (waiting.seconds == 0) {
    return attempt(true);
  }
  auto* held = make_in_pool<WaitingRequest>(r->pool, r, std::move(attempt));
  if (held == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  hub.subscribe(*held, job);
  if (const auto rc = held->attempt(false)) {
    Hub::unsubscribe(*held);
    return rc;
  }
  held->begin(ngx_msec_t{waiting.seconds} * 1000);
  return std::nullopt;
}

}  // namespace docket::ngx
