#include "nginx/worker/hub.h"

#include <cstring>
#include <utility>

#include "http/stream/event_stream.h"
#include "http/body/status_body.h"

namespace docket::ngx {
namespace {

// What is done in one turn of the event loop.
constexpr std::uint32_t changes_a_turn = 64;
constexpr std::size_t acts_a_turn = 128;

/// The hub that hears the bell; there is one a process.
Hub* the_hub = nullptr;

}  // namespace

// ---- Told

void Told::look() {
  if (std::exchange(looked_, true)) {
    return;
  }
  if (entry_.kind == ChangeKind::deleted) {
    ends_ = true;
    name_ = "status";
    http::append_deleted(data_, entry_.job);
    return;
  }
  // Of what is gone by now that will be told.
  (void)reader_.status(entry_.job, [&](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
    ends_ = entry_.kind == ChangeKind::completed || entry_.kind == ChangeKind::failed;
    name_ = http::append_change_data(data_, entry_, status, fields, counts);
  });
}

bool Told::ends() {
  look();
  return ends_;
}

const Told::Text& Told::event() {
  look();
  if (!event_ && !name_.empty()) {
    std::string text;
    http::append_event(text, number_, name_, data_);
    event_ = std::make_shared<const std::string>(std::move(text));
  }
  return event_;
}

const Told::Text& Told::message() {
  look();
  if (!message_ && !name_.empty()) {
    std::string text;
    http::append_message(text, name_, data_);
    message_ = std::make_shared<const std::string>(std::move(text));
  }
  return message_;
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
  std::size_t hash = 0;  // the last bytes of a UUIDv7 are random
  std::memcpy(&hash, id.bytes.data() + id.bytes.size() - sizeof(hash), sizeof(hash));
  return hash;
}

std::size_t Hub::Hash::operator()(const OwnerKey& owner) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, owner.bytes.data(), sizeof(hash));
  return hash;
}

Hub::Hub(StoreReader& reader, Bell& bell, ngx_log_t* log) noexcept : reader_(reader), bell_(bell), log_(log) {
  for (auto* event : {&pump_, &run_}) {
    event->data = this;
    event->log = log;
  }
  pump_.handler = on_pump;
  run_.handler = on_ready;
  the_hub = this;
}

Hub::~Hub() {
  the_hub = nullptr;
  for (auto* event : {&pump_, &run_}) {
    if (event->posted) {
      ngx_delete_posted_event(event);
    }
  }
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
  const int descriptor = bell_.listen();
  bell_.hear(false);  // until somebody waits
  return descriptor >= 0 && ngx_add_channel_event(cycle, descriptor, NGX_READ_EVENT, on_bell) == NGX_OK;
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
  enter(one, jobs_[job]);
  one.topic_ = job;
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
    bell_.hear(true);
    seen_ = reader_.last_change().value_or(0);
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
      jobs_.erase(found);
    }
  } else if (const auto* owner = std::get_if<OwnerKey>(&one.topic_)) {
    if (const auto found = owners_.find(*owner); found != owners_.end() && ngx_queue_empty(&found->second.head)) {
      owners_.erase(found);
    }
  }
  if (--count_ == 0) {
    bell_.hear(false);
  }
}

void Hub::schedule(Subscriber& one) noexcept {
  if (ngx_queue_empty(&one.in_ready_.queue)) {
    ngx_queue_insert_tail(&ready_.head, &one.in_ready_.queue);
  }
  if (!run_.posted) {
    ngx_post_event(&run_, &ngx_posted_next_events);
  }
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

/// Hands on what has happened since the last time.
void Hub::pump() noexcept try {
  std::vector<std::pair<std::uint64_t, ChangeEntry>> changes;
  const auto read = reader_.changes(seen_, changes_a_turn, [&](std::uint64_t number, const ChangeEntry& entry) {
    changes.emplace_back(number, entry);
  });
  if (!read) {
    return;  // the next tick tries again
  }
  if (read->gap) {
    seen_ = reader_.last_change().value_or(seen_);
    note_gap();
    return;
  }
  for (const auto& [number, entry] : changes) {
    Told told(reader_, number, entry);
    hand_on(told);
  }
  seen_ = read->last;
  if (read->more && !pump_.posted) {
    ngx_post_event(&pump_, &ngx_posted_next_events);
  }
} catch (const std::exception& error) {
  ngx_log_error(NGX_LOG_ERR, log_, 0, "docket: changes of jobs were not told: %s", error.what());
}

void Hub::hand_on(Told& told) noexcept {
  const auto tell = [&](Subscriber& one) {
    one.note(told);
    schedule(one);
  };
  if (const auto found = jobs_.find(told.entry().job); found != jobs_.end()) {
    each(found->second, tell);
  }
  if (const auto found = owners_.find(told.entry().owner); found != owners_.end()) {
    each(found->second, tell);
  }
  each(everything_, tell);
}

void Hub::note_gap() noexcept {
  const auto tell = [&](Subscriber& one) {
    one.note_gap();
    schedule(one);
  };
  each(everything_, tell);
  for (auto& [id, topic] : jobs_) {
    each(topic, tell);
  }
  for (auto& [owner, topic] : owners_) {
    each(topic, tell);
  }
}

void Hub::run_ready() noexcept {
  for (std::size_t i = 0; i < acts_a_turn && !ngx_queue_empty(&ready_.head); ++i) {
    auto& one = Subscriber::of(ngx_queue_head(&ready_.head));
    ngx_queue_remove(&one.in_ready_.queue);
    ngx_queue_init(&one.in_ready_.queue);
    one.act();
  }
  if (!ngx_queue_empty(&ready_.head) && !run_.posted) {
    ngx_post_event(&run_, &ngx_posted_next_events);
  }
}

void Hub::on_bell(ngx_event_t*) noexcept {
  if (the_hub != nullptr) {
    the_hub->bell_.hush();
    if (the_hub->count_ != 0) {
      the_hub->pump();
    }
  }
}

void Hub::on_pump(ngx_event_t* event) noexcept {
  auto* hub = static_cast<Hub*>(event->data);
  if (hub->count_ != 0) {
    hub->pump();
  }
}

void Hub::on_ready(ngx_event_t* event) noexcept {
  static_cast<Hub*>(event->data)->run_ready();
}

}  // namespace docket::ngx
