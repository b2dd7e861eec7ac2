#include "nginx/worker/hub.h"

#include <cstring>
#include <utility>

#include "http/body/status_body.h"
#include "http/stream/event_stream.h"

namespace docket::ngx {
namespace {

// What is done in one turn of the event loop.
constexpr std::uint32_t changes_a_turn = 64;
constexpr std::size_t acts_a_turn = 128;

/// The hub that is woken; there is one a process.
Hub* the_hub = nullptr;

/// The last bytes of a UUIDv7 are random.
std::uint64_t random_part(const JobId& id) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, id.bytes.data() + id.bytes.size() - sizeof(number), sizeof(number));
  return number;
}

}  // namespace

// ---- JobNotification

void JobNotification::read() {
  if (std::exchange(is_read_, true)) {
    return;
  }
  if (entry_.kind == JobEventKind::deleted) {
    ends_ = true;
    name_ = "status";
    http::append_deleted(data_, entry_.job);
    return;
  }
  // Of a job that is gone by now nothing is published but its end, which follows.
  (void)reader_.status(entry_.job, [&](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
    ends_ = entry_.kind == JobEventKind::completed || entry_.kind == JobEventKind::failed;
    const bool is_part = entry_.kind == JobEventKind::page || entry_.kind == JobEventKind::file;
    overtaken_ = is_final(status.head.state) && !ends_ && !is_part;
    name_ = http::append_change_data(data_, entry_, status, fields, counts);
  });
}

bool JobNotification::ends() {
  read();
  return ends_;
}

bool JobNotification::is_overtaken() {
  read();
  return overtaken_;
}

const JobNotification::Text& JobNotification::event() {
  read();
  if (!event_ && !name_.empty()) {
    std::string text;
    http::append_event(text, number_, name_, data_);
    event_ = std::make_shared<const std::string>(std::move(text));
  }
  return event_;
}

const JobNotification::Text& JobNotification::message() {
  read();
  if (!message_ && !name_.empty()) {
    std::string text;
    http::append_message(text, name_, data_);
    message_ = std::make_shared<const std::string>(std::move(text));
  }
  return message_;
}

// ---- LinesNotification

template <class Take>
void LinesNotification::each(Take&& take) const {
  std::string data;
  if (lines_.left_out != 0) {
    http::append_left_out_data(data, lines_.job, lines_.left_out);
    take(data);
  }
  for (const auto& line : lines_.lines) {
    data.clear();
    http::append_line_data(data, lines_.job, line);
    take(data);
  }
}

const LinesNotification::Text& LinesNotification::events() {
  if (!events_) {
    std::string text;
    each([&](const std::string& data) { http::append_event(text, 0, "log", data); });
    events_ = std::make_shared<const std::string>(std::move(text));
  }
  return events_;
}

const std::vector<LinesNotification::Text>& LinesNotification::messages() {
  if (messages_.empty()) {
    each([&](const std::string& data) {
      std::string text;
      http::append_message(text, "log", data);
      messages_.push_back(std::make_shared<const std::string>(std::move(text)));
    });
  }
  return messages_;
}

// ---- Subscriber

Subscriber::Subscriber() noexcept {
  ngx_queue_init(&in_topic_.queue);
  ngx_queue_init(&in_ready_.queue);
}

Subscriber::~Subscriber() {
  Hub::unsubscribe(*this);
}

// ---- Hub

std::size_t Hub::Hash::operator()(const JobId& id) const noexcept {
  return static_cast<std::size_t>(random_part(id));
}

std::size_t Hub::Hash::operator()(const OwnerKey& owner) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, owner.bytes.data(), sizeof(hash));
  return hash;
}

Hub::Hub(const Parts& parts) noexcept
    : reader_(parts.reader),
      wakeup_(parts.wakeup),
      lines_(parts.lines),
      readers_(parts.readers),
      log_(parts.log),
      pump_(
          this,
          [](void* self) noexcept {
            if (auto* hub = static_cast<Hub*>(self); hub->count_ != 0) {
              hub->pump();
            }
          },
          parts.log),
      run_(
          this, [](void* self) noexcept { static_cast<Hub*>(self)->run_ready(); }, parts.log) {
  the_hub = this;
}

Hub::~Hub() {
  the_hub = nullptr;
  const auto forget = [](Subscriber& one) { one.hub_ = nullptr; };  // its request outlives the worker's runtime
  each(everything_, forget);
  for (auto& [id, topic] : jobs_) {
    each(topic, forget);
  }
  for (auto& [owner, topic] : owners_) {
    each(topic, forget);
  }
}

bool Hub::listen(ngx_cycle_t* cycle) noexcept {
  const int descriptor = wakeup_.listen();
  wakeup_.arm(false);  // until there is a subscriber
  return descriptor >= 0 && ngx_add_channel_event(cycle, descriptor, NGX_READ_EVENT, on_wakeup) == NGX_OK;
}

template <class Visit>
void Hub::each(Topic& topic, Visit&& visit) {
  for (ngx_queue_t* at = ngx_queue_head(&topic.head); at != ngx_queue_sentinel(&topic.head);) {
    ngx_queue_t* next = ngx_queue_next(at);
    visit(Subscriber::of(at));
    at = next;
  }
}

void Hub::subscribe(Subscriber& one, const JobId& job) {
  auto& topic = jobs_[job];
  if (ngx_queue_empty(&topic.head)) {
    mark(job, topic);
  }
  enter(one, topic);
  one.topic_ = job;
}

/// Lets other processes see that somebody waits for a job that they might abort.
void Hub::mark(const JobId& job, Topic& topic) {
  if (readers_ == nullptr) {
    return;
  }
  if (const auto record = reader_.record(job); record && record->abort_unread) {
    topic.marked = readers_->set(random_part(job));
    if (!topic.marked) {
      ngx_log_error(NGX_LOG_ERR, log_, ngx_errno, "docket: the readers of a job could not be told to other workers");
    }
  }
}

bool Hub::is_unread(const JobId& job) const noexcept {
  return readers_ != nullptr && !jobs_.contains(job) && !readers_->is_set_elsewhere(random_part(job));
}

void Hub::subscribe(Subscriber& one, const OwnerKey& owner) {
  enter(one, owners_[owner]);
  one.topic_ = owner;
}

void Hub::subscribe_to_all(Subscriber& one) {
  enter(one, everything_);
  one.topic_ = std::monostate();
}

void Hub::enter(Subscriber& one, Topic& topic) {
  if (count_++ == 0) {
    wakeup_.arm(true);
    seen_ = reader_.last_change().value_or(0);
    lines_seen_ = lines_ != nullptr ? lines_->end() : 0;
  }
  one.hub_ = this;
  ngx_queue_insert_tail(&topic.head, &one.in_topic_.queue);
}

void Hub::leave(Subscriber& one) noexcept {
  one.hub_ = nullptr;
  ngx_queue_remove(&one.in_topic_.queue);
  if (!ngx_queue_empty(&one.in_ready_.queue)) {
    ngx_queue_remove(&one.in_ready_.queue);
    ngx_queue_init(&one.in_ready_.queue);
  }
  if (const auto* job = std::get_if<JobId>(&one.topic_)) {
    if (const auto found = jobs_.find(*job); found != jobs_.end() && ngx_queue_empty(&found->second.head)) {
      if (found->second.marked) {
        readers_->clear(random_part(*job));
      }
      jobs_.erase(found);
    }
  } else if (const auto* owner = std::get_if<OwnerKey>(&one.topic_)) {
    if (const auto found = owners_.find(*owner); found != owners_.end() && ngx_queue_empty(&found->second.head)) {
      owners_.erase(found);
    }
  }
  if (--count_ == 0) {
    wakeup_.arm(false);
  }
}

void Hub::schedule(Subscriber& one) noexcept {
  if (ngx_queue_empty(&one.in_ready_.queue)) {
    ngx_queue_insert_tail(&ready_.head, &one.in_ready_.queue);
  }
  run_.post();
}

void Hub::tick(bool quitting) noexcept {
  if (!quitting) {
    if (count_ != 0) {
      pump();
    }
    return;
  }
  // One after the other: ending one may be the end of another, too.
  while (auto* one = any()) {
    leave(*one);
    one->quit();
  }
}

Subscriber* Hub::any() noexcept {
  // A topic without subscribers is not kept.
  ngx_queue_t& head = !jobs_.empty()     ? jobs_.begin()->second.head
                      : !owners_.empty() ? owners_.begin()->second.head
                                         : everything_.head;
  return ngx_queue_empty(&head) ? nullptr : &Subscriber::of(ngx_queue_head(&head));
}

/// Publishes what has happened since the last time.
void Hub::pump() noexcept try {
  pump_lines();  // before the end of the job that wrote them
  std::vector<std::pair<std::uint64_t, JobEvent>> changes;
  const auto read = reader_.changes(
      seen_, changes_a_turn, [&](std::uint64_t number, const JobEvent& entry) { changes.emplace_back(number, entry); });
  if (!read) {
    return;  // the next tick tries again
  }
  if (read->gap) {
    seen_ = reader_.last_change().value_or(seen_);
    publish_gap();
    return;
  }
  for (const auto& [number, entry] : changes) {
    JobNotification notification(reader_, number, entry);
    publish(notification);
  }
  seen_ = read->last;
  if (read->more) {
    pump_.post();
  }
} catch (...) {
  log_exception(log_, "the publishing of changes");
}

/// Publishes what commands have written since the last time. Lines that were overwritten before are not told: the log
/// has them.
void Hub::pump_lines() {
  if (lines_ == nullptr) {
    return;
  }
  lines_->read(lines_seen_, [this](std::string_view record) {
    const auto lines = decode_lines(record);
    if (!lines) {
      return;
    }
    LinesNotification notification(*lines);
    each_covering(lines->job, lines->owner, [&](Subscriber& one) {
      one.on_lines(notification);
      schedule(one);
    });
  });
}

/// Calls `notify` with all who wait for this job's changes.
template <class Notify>
void Hub::each_covering(const JobId& job, const OwnerKey& owner, Notify&& notify) {
  if (const auto found = jobs_.find(job); found != jobs_.end()) {
    each(found->second, notify);
  }
  if (const auto found = owners_.find(owner); found != owners_.end()) {
    each(found->second, notify);
  }
  each(everything_, notify);
}

void Hub::publish(JobNotification& notification) noexcept {
  each_covering(notification.entry().job, notification.entry().owner, [&](Subscriber& one) {
    one.on_notification(notification);
    schedule(one);
  });
}

void Hub::publish_gap() noexcept {
  const auto notify = [&](Subscriber& one) {
    one.on_gap();
    schedule(one);
  };
  each(everything_, notify);
  for (auto& [id, topic] : jobs_) {
    each(topic, notify);
  }
  for (auto& [owner, topic] : owners_) {
    each(topic, notify);
  }
}

void Hub::run_ready() noexcept {
  for (std::size_t i = 0; i < acts_a_turn && !ngx_queue_empty(&ready_.head); ++i) {
    auto& one = Subscriber::of(ngx_queue_head(&ready_.head));
    ngx_queue_remove(&one.in_ready_.queue);
    ngx_queue_init(&one.in_ready_.queue);
    one.act();
  }
  if (!ngx_queue_empty(&ready_.head)) {
    run_.post();
  }
}

void Hub::on_wakeup(ngx_event_t*) noexcept {
  if (the_hub != nullptr) {
    the_hub->wakeup_.drain();
    if (the_hub->count_ != 0) {
      the_hub->pump();
    }
  }
}

}  // namespace docket::ngx
