// Changes of jobs, published to the requests of this worker that wait for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "host/line_ring.h"
#include "host/shared_marks.h"
#include "host/wakeup.h"
#include "job/codec/log_lines.h"
#include "job/job_event.h"
#include "nginx/core/ngx.h"
#include "nginx/core/timer.h"
#include "store/store.h"

namespace docket::ngx {

/// A change as it is published. Made once for all its subscribers, its texts when the first one asks; lives as long as
/// their calls of Subscriber::on_notification().
class JobNotification {
 public:
  JobNotification(StoreReader& reader, std::uint64_t number, const JobEvent& entry) noexcept
      : reader_(reader), number_(number), entry_(entry) {}

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] const JobEvent& entry() const noexcept { return entry_; }
  /// Whether it is the job's last: it is final, or gone.
  bool ends();
  /// Whether it would tell of the job's end before its time: the end follows, behind the last pages and files.
  bool is_overtaken();
  using Text = std::shared_ptr<const std::string>;
  /// As a server-sent event; null for what is not published: its job has been removed since.
  const Text& event();
  /// As a WebSocket's message; null as above.
  const Text& message();

 private:
  void read();

  StoreReader& reader_;
  std::uint64_t number_;
  const JobEvent& entry_;
  bool is_read_ = false;
  bool ends_ = false;
  bool overtaken_ = false;
  std::string_view name_;  ///< empty: it is not published
  std::string data_;
  Text event_;
  Text message_;
};

/// Lines of a job's log as they are published; made and kept as a JobNotification is.
class LinesNotification {
 public:
  explicit LinesNotification(const JobLines& lines) noexcept : lines_(lines) {}

  using Text = JobNotification::Text;
  /// All of them as server-sent events, without numbers: they are told once.
  const Text& events();
  /// Each as a WebSocket's message.
  const std::vector<Text>& messages();

 private:
  template <class Take>
  void each(Take&& take) const;

  const JobLines& lines_;
  Text events_;
  std::vector<Text> messages_;
};

class Hub;

/// A request that waits for changes. Owned by the request's pool; event loop only. Unsubscribed when destroyed.
class Subscriber {
 public:
  Subscriber() noexcept;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  virtual ~Subscriber();

  /// A change was made: keeps what is to be kept of it. Short; must not unsubscribe any subscriber.
  virtual void on_notification(JobNotification& notification) noexcept = 0;
  /// A job's command has written: as on_notification().
  virtual void on_lines(LinesNotification& /*lines*/) noexcept {}
  /// Changes were missed, so that only the present state is known. As on_notification().
  virtual void on_gap() noexcept = 0;
  /// Does what follows from the notifications; once for all of them, some turns of the event loop later where many
  /// wait. May end the request, and this with it.
  virtual void act() noexcept = 0;
  /// The worker is to quit: as act(), and the last call.
  virtual void quit() noexcept = 0;

 protected:
  /// Whether changes are published to it; false, too, where the worker's Hub has gone before it.
  [[nodiscard]] bool is_subscribed() const noexcept { return hub_ != nullptr; }

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

/// One a worker: is woken by changes while anybody waits, reads them from the store in their order and hands them
/// on, in bounded steps. Owned by the Runtime; event loop only.
class Hub {
 public:
  struct Parts {
    StoreReader& reader;
    Wakeup& wakeup;
    const LineRing* lines;  ///< null: none are published
    SharedMarks* readers;  ///< of which jobs of docket_abort there are subscribers; null: not known, and none is unread
    ngx_log_t* log;
  };
  explicit Hub(const Parts& parts) noexcept;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  /// False if no wakeup can be received: then changes are looked for at each tick only.
  bool listen(ngx_cycle_t* cycle) noexcept;

  // All that is committed from now on is published to `one`: a read of the store after the call leaves no gap.
  void subscribe(Subscriber& one, const JobId& job);
  void subscribe(Subscriber& one, const OwnerKey& owner);
  void subscribe_to_all(Subscriber& one);

  /// Publishes nothing to `one` any more. Does nothing if it is not subscribed.
  static void unsubscribe(Subscriber& one) noexcept {
    if (one.hub_ != nullptr) {
      one.hub_->leave(one);
    }
  }

  /// Whether nobody waits for just this job, which has docket_abort: no subscriber of this worker, nor of any other on
  /// this host. Those who wait for all jobs, or for all of an owner, do not count.
  [[nodiscard]] bool is_unread(const JobId& job) const noexcept;

  /// Has `one` act soon.
  void schedule(Subscriber& one) noexcept;

  /// The fallback for a wakeup that was lost. Where the worker is to quit it ends the wait of all subscribers.
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
    bool marked = false;  ///< other processes see that there are subscribers
  };
  struct Hash {
    std::size_t operator()(const JobId& id) const noexcept;
    std::size_t operator()(const OwnerKey& owner) const noexcept;
  };

  void enter(Subscriber& one, Topic& topic);
  void leave(Subscriber& one) noexcept;
  void mark(const JobId& job, Topic& topic);
  Subscriber* any() noexcept;
  void pump() noexcept;
  void pump_lines();
  void publish(JobNotification& notification) noexcept;
  template <class Notify>
  void each_covering(const JobId& job, const OwnerKey& owner, Notify&& notify);
  void publish_gap() noexcept;
  void run_ready() noexcept;
  template <class Visit>
  static void each(Topic& topic, Visit&& visit);
  static void on_wakeup(ngx_event_t* event) noexcept;

  StoreReader& reader_;
  Wakeup& wakeup_;
  const LineRing* lines_;
  SharedMarks* readers_;
  ngx_log_t* log_;
  std::unordered_map<JobId, Topic, Hash> jobs_;
  std::unordered_map<OwnerKey, Topic, Hash> owners_;
  Topic everything_;
  Topic ready_;
  std::size_t count_ = 0;
  std::uint64_t lines_seen_ = 0;  ///< where the next line stands in the ring; while there are subscribers
  std::uint64_t seen_ = 0;        ///< the number of the last change that was published; while there are subscribers
  NextTurn pump_;                 ///< there are more changes to publish
  NextTurn run_;                  ///< there are subscribers to act
};

}  // namespace docket::ngx
