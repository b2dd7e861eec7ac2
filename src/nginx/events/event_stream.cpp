#include "nginx/events/event_stream.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "http/stream/event_stream.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/jobs/status.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t comment_every_ms = 15'000;

/// A reader who has not taken this much is dropped: it can come back and go on where it was.
constexpr std::size_t most_waiting_bytes = std::size_t{256} << 10U;

/// So many changes that a client has missed are searched for its own; if there were more, it gets the present states.
constexpr std::uint32_t most_missed = 10'000;

ngx_buf_tag_t tag() noexcept {
  return &ngx_http_docket_module;
}

}  // namespace

EventStream::EventStream(ngx_http_request_t* r, Worker& worker, EventTopic topic)
    : r_(r),
      worker_(worker),
      topic_(std::move(topic)),
      comment_(
          this, [](void* self) noexcept { static_cast<EventStream*>(self)->send_comment(); }, r->connection->log) {}

ngx_int_t EventStream::begin(std::optional<std::uint64_t> last_seen) {
  topic_.subscribe(worker_.hub(), *this);
  sent_up_to_ = worker_.reader().last_change().value_or(0);
  push(std::make_shared<const std::string>(http::event_stream_begin));
  if (!last_seen) {
    present_.begin(topic_, worker_.reader());
  } else if (!push_missed(*last_seen)) {
    push_reset();
  }

  r_->headers_out.status = NGX_HTTP_OK;
  r_->headers_out.content_type = str(http::event_stream_type);
  r_->headers_out.content_type_len = http::event_stream_type.size();
  r_->headers_out.content_length_n = -1;
  ngx_http_clear_accept_ranges(r_);
  if (!add_stream_headers(r_)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  const ngx_int_t rc = ngx_http_send_header(r_);
  if (rc == NGX_ERROR || rc > NGX_OK || r_->header_only) {
    Hub::unsubscribe(*this);
    return rc;
  }
  ++r_->main->count;
  r_->read_event_handler = ngx_http_test_reading;
  r_->write_event_handler = on_writable;
  comment_.start(comment_every_ms);
  worker_.hub().schedule(*this);
  return NGX_DONE;
}

void EventStream::send_comment() noexcept {
  comment_.start(comment_every_ms);
  if (!waiting_.empty() || busy_ != nullptr) {
    return;
  }
  const bool pushed = guard(r_->connection->log, "a comment", [this] {
    static const auto comment = std::make_shared<const std::string>(http::event_stream_comment);
    push(comment);
  });
  if (pushed) {
    flush();
  }
}

void EventStream::push(Text text) {
  waiting_bytes_ += text->size();
  waiting_.push_back(std::move(text));
}

/// The client is told that it has missed something, and then the present state.
void EventStream::push_reset() {
  present_.begin(topic_, worker_.reader());
  std::string text;
  http::append_reset_event(text, present_.empty() ? sent_up_to_ : 0);
  push(std::make_shared<const std::string>(std::move(text)));
}

/// As much of the present state as is sent at once. Only the last event of it has a number: a client that loses the
/// connection before comes again with its old one, or without.
void EventStream::push_present() {
  while (!present_.empty() && !last_ && waiting_bytes_ < present_bytes) {
    const auto job = present_.next();
    const auto present = present_.take(worker_.reader());
    const auto number = topic_.job ? present.change : present_.empty() ? sent_up_to_ : 0;
    std::string text;
    http::append_event(text, number, "status", present.data);
    push(std::make_shared<const std::string>(std::move(text)));
    last_ = topic_.job && present.final;
    if (present.change > sent_up_to_) {  // since then there were changes
      ahead_.emplace_back(job, present.change);
    }
  }
}

/// What has happened since the client was here; false if not all of that is known any more.
bool EventStream::push_missed(std::uint64_t last_seen) {
  if (last_seen > sent_up_to_) {
    return false;  // of another store
  }
  std::vector<std::pair<std::uint64_t, JobEvent>> missed;
  const auto read = worker_.reader().changes(last_seen, most_missed, [&](std::uint64_t number, const JobEvent& one) {
    if (number <= sent_up_to_ && topic_.covers(one)) {
      missed.emplace_back(number, one);
    }
  });
  if (!read || read->gap || read->last < sent_up_to_) {
    return false;
  }
  for (const auto& [number, entry] : missed) {
    JobNotification notification(worker_.reader(), number, entry);
    if (const auto& text = notification.event()) {
      push(text);
    }
    last_ = last_ || (topic_.job && notification.ends());
  }
  return true;
}

void EventStream::on_notification(JobNotification& notification) noexcept try {
  if (last_ || notification.number() <= sent_up_to_) {
    return;
  }
  sent_up_to_ = notification.number();
  if (!present_.empty()) {
    present_.add(notification.entry().job);
    return;
  }
  if (was_shown(notification) || notification.is_overtaken()) {
    return;
  }
  if (const auto& text = notification.event()) {
    push(text);
  }
  last_ = topic_.job && notification.ends();
} catch (...) {
  log_exception(r_->connection->log, "an event");
  reset_ = true;
}

void EventStream::on_lines(LinesNotification& lines) noexcept try {
  if (!last_) {
    push(lines.events());
  }
} catch (...) {
  log_exception(r_->connection->log, "lines of a log");
}

/// Whether the job was shown with this change already, or with a later one.
bool EventStream::was_shown(const JobNotification& notification) {
  if (ahead_.empty()) {
    return false;
  }
  const bool shown = std::ranges::any_of(ahead_, [&](const auto& one) {
    return one.first == notification.entry().job && notification.number() <= one.second;
  });
  std::erase_if(ahead_, [&](const auto& one) { return one.second <= notification.number(); });
  return shown;
}

void EventStream::on_gap() noexcept {
  reset_ = true;
}

void EventStream::quit() noexcept {
  // The browser comes again, with the number of the last event it has. A client that does not read is not waited for.
  last_ = true;
  quitting_ = true;
  flush();
}

/// Sends what there is to send; may end the request, and this with it.
void EventStream::flush() noexcept {
  if (ended_) {
    return;
  }
  ngx_int_t rc = NGX_ERROR;
  try {
    if (std::exchange(reset_, false) && !last_) {
      sent_up_to_ = worker_.reader().last_change().value_or(sent_up_to_);
      push_reset();
    }
    rc = send();
  } catch (...) {
    log_exception(r_->connection->log, "a stream of events");
  }
  if (rc == NGX_AGAIN) {
    if (!quitting_) {
      return;
    }
    rc = NGX_ERROR;
  }
  end(rc == NGX_OK ? ngx_http_send_special(r_, NGX_HTTP_LAST) : rc);
}

/// NGX_AGAIN: the stream goes on; NGX_OK: all was sent, and nothing follows.
ngx_int_t EventStream::send() {
  ngx_connection_t* connection = r_->connection;
  if (connection->error) {
    return NGX_ERROR;
  }
  if (busy_ == nullptr && waiting_.empty()) {
    push_present();
  }
  ngx_chain_t* out = nullptr;
  ngx_chain_t** end_of_out = &out;
  while (busy_ == nullptr && !waiting_.empty()) {
    ngx_chain_t* link = ngx_chain_get_free_buf(r_->pool, &free_);
    if (link == nullptr) {
      return NGX_ERROR;
    }
    const std::string& text = *waiting_.front();
    ngx_buf_t* buffer = link->buf;
    ngx_memzero(buffer, sizeof(ngx_buf_t));
    const ngx_str_t bytes = str(text);
    buffer->start = buffer->pos = bytes.data;
    buffer->end = buffer->last = bytes.data + bytes.len;
    buffer->memory = 1;
    buffer->tag = tag();
    link->next = nullptr;
    *end_of_out = link;
    end_of_out = &link->next;
    waiting_bytes_ -= text.size();
    in_flight_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    buffer->flush = waiting_.empty() ? 1 : 0;
  }
  if (out != nullptr || busy_ != nullptr) {
    if (ngx_http_output_filter(r_, out) == NGX_ERROR) {
      return NGX_ERROR;
    }
    ngx_chain_update_chains(r_->pool, &free_, &busy_, &out, tag());
    std::size_t left = 0;
    for (const ngx_chain_t* link = busy_; link != nullptr; link = link->next) {
      ++left;
    }
    while (in_flight_.size() > left) {
      in_flight_.pop_front();
    }
  }
  if (waiting_bytes_ > most_waiting_bytes) {
    ngx_log_error(NGX_LOG_INFO, connection->log, 0, "docket: a reader of events was too slow and is dropped");
    return NGX_ERROR;
  }
  if (busy_ == nullptr && waiting_.empty() && last_) {
    return NGX_OK;
  }
  if (busy_ == nullptr && (!present_.empty() || !waiting_.empty())) {
    worker_.hub().schedule(*this);  // others get their turn
  }
  return busy_ != nullptr ? wait_for_writing(r_) : NGX_AGAIN;
}

void EventStream::on_writable(ngx_http_request_t* r) noexcept {
  auto* stream = find_context(r)->events;
  if (may_write(r)) {
    stream->flush();
  } else {
    stream->end(NGX_HTTP_REQUEST_TIME_OUT);
  }
}

void EventStream::end(ngx_int_t rc) noexcept {
  ended_ = true;
  Hub::unsubscribe(*this);
  comment_.stop();
  r_->read_event_handler = ngx_http_block_reading;
  end_request(r_, rc);  // this may be gone now
}

}  // namespace docket::ngx
