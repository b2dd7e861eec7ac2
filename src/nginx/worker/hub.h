// Who waits in this worker for what happens to jobs, and how they get to know.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "host/wakeup.h"
#include "job/job_event.h"
#include "store/store.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// A change as it is told. Made once for all who hear of it; lives as long as one call of Subscriber::note().
class Told {
 public:
  Told(StoreReader& reader, std::uint64_t number, const ChangeEntry& entry) noexcept
      : reader_(reader), number_(number), entry_(entry) {}

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] const ChangeEntry& entry() const noexcept { return entry_; }
  /// Whether it is the job's last: it is final, or gone.
  bool ends();
  using Text = std::shared_ptr<const std::string>;
  /// As a server-sent event; null for what is told to nobody.
  const Text& event();
  /// As a WebSocket's message; null for what is told to nobody.
  const Text& message();

 private:
  void look();

  StoreReader& reader_;
  std::uint64_t number_;
  const ChangeEntry& entry_;
  bool looked_ = false;
  bool ends_ = false;
  std::string_view name_;  ///< empty: it is told to nobody
  std::string data_;
  Text event_;
  Text message_;
};

class Hub;

/// Somebody who waits. Owned by whoever made it (a request's pool); event loop only. Unsubscribed when destroyed.
class Subscriber {
 public:
  Subscriber() noexcept;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  virtual ~Subscriber();

  /// Something happened: keeps what is to be kept of it. Short; nobody is unsubscribed from in here.
  virtual void note(Told& told) noexcept = 0;
  /// Changes were missed: the present state is all there is to go by. As note().
  virtual void note_gap() noexcept = 0;
  /// Does what follows from what was noted; once, some turns of the event loop later where many wait. May end the
  /// request, and this with it.
  virtual void act() noexcept = 0;
  /// The worker is to quit: as act(), and nothing is waited for any more.
  virtual void quit() noexcept = 0;

 private:
  friend class Hub;
  Hub* hub_ = nullptr;
  std::variant<std::monostate, JobId, OwnerKey> topic_;  ///< monostate: everything
  /// nginx hands out the queue: it stands first.
  struct Link {
    ngx_queue_t queue;
    Subscriber* one;
  };
  static Subscriber& of(ngx_queue_t* queue) noexcept { return *reinterpret_cast<Link*>(queue)->one; }
  Link in_topic_{{}, this};
  Link in_ready_{{}, this};
};

/// One a worker: hears the bell of changes while anybody waits, reads them from the store in their order and hands them
/// on, in bounded steps. Owned by the worker's runtime; event loop only.
class Hub {
 public:
  Hub(StoreReader& reader, Bell& bell, ngx_log_t* log) noexcept;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  /// False if no bell can be heard: then changes are looked for at each tick only.
  bool listen(ngx_cycle_t* cycle) noexcept;

  // Whatever is committed from now on is noted. Who looks at the store afterwards misses nothing.
  void subscribe(Subscriber& one, const JobId& job);
  void subscribe(Subscriber& one, const OwnerKey& owner);
  void subscribe_to_all(Subscriber& one);

  /// What happens from now on is nothing to `one`. Nothing if it is not subscribed.
  static void unsubscribe(Subscriber& one) noexcept {
    if (one.hub_ != nullptr) {
      one.hub_->leave(one);
    }
  }

  /// Has `one` act soon.
  void schedule(Subscriber& one) noexcept;

  /// The fallback for a bell that was lost, and whether the worker is to quit: then nobody waits any more.
  void tick(bool quitting) noexcept;

  /// How many wait.
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  friend class Subscriber;

  /// The head of a list of subscribers; where it is, it stays.
  struct Topic {
    Topic() noexcept { ngx_queue_init(&head); }
    Topic(const Topic&) = delete;
    Topic& operator=(const Topic&) = delete;
    ~Topic() = default;
    ngx_queue_t head{};
  };
  struct Hash {
    std::size_t operator()(const JobId& id) const noexcept;
    std::size_t operator()(const OwnerKey& owner) const noexcept;
  };

  void enter(Subscriber& one, Topic& topic);
  void leave(Subscriber& one) noexcept;
  Subscriber* any() noexcept;
  void pump() noexcept;
  void hand_on(Told& told) noexcept;
  void note_gap() noexcept;
  void run_ready() noexcept;
  template <class Visit>
  static void each(Topic& topic, Visit&& visit);
  static void on_bell(ngx_event_t* event) noexcept;
  static void on_pump(ngx_event_t* event) noexcept;
  static void on_ready(ngx_event_t* event) noexcept;

  StoreReader& reader_;
  Bell& bell_;
  ngx_log_t* log_;
  std::unordered_map<JobId, Topic, Hash> jobs_;
  std::unordered_map<OwnerKey, Topic, Hash> owners_;
  Topic everything_;
  Topic ready_;
  std::size_t count_ = 0;
  std::uint64_t seen_ = 0;  ///< the number of the last change that was handed on; while anybody waits
  ngx_event_t pump_{};
  ngx_event_t run_{};
};

}  // namespace docket::ngx
