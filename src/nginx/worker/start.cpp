#include "nginx/worker/start.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "nginx/core/exception.h"
#include "nginx/core/thread_tasks.h"
#include "nginx/core/timer.h"
#include "nginx/worker/log_files.h"
#include "nginx/worker/quitting.h"
#include "nginx/worker/runtime.h"
#include "nginx/worker/store_opening.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t retry_ms = 1000;
constexpr std::chrono::milliseconds patience_at_start{1000};

/// Opens the store, now or later, and owns the Runtime from then on. One a process, from init_process to exit_process;
/// event loop only.
class Start {
 public:
  Start(ngx_cycle_t* cycle, const MainConf& conf) noexcept
      : cycle_(cycle),
        conf_(conf),
        tasks_(cycle->log),
        timer_(
            this, [](void* self) noexcept { static_cast<Start*>(self)->open_on_thread(); }, cycle->log,
            Timer::AtQuit::let_go) {}

  /// The process serves no clients yet: for a moment they wait until it does, or go to other workers, which is better
  /// than 503. An opening that takes longer, since another process holds the store's lock or recovers it, goes on while
  /// all that is none of ours is served.
  void open_now() noexcept;

 private:
  struct Opening;
  void open_on_thread() noexcept;
  std::shared_ptr<Opening> post_opening() noexcept;
  void take(Opening& opening) noexcept;
  void opened(Result<OpenStore> opened) noexcept;
  void retry_later() noexcept;
  void make_runtime(OpenStore opened);

  ngx_cycle_t* cycle_;
  const MainConf& conf_;
  bool is_retrying_ = false;
  std::string reported_;  ///< why it could not be opened: not logged twice
  // Destroyed from below: first the Runtime, then what a thread has opened and is not taken any more.
  ThreadTasks tasks_;  ///< at most one opening is under way
  Timer timer_;
  std::unique_ptr<Runtime> runtime_;
};

std::optional<Start> the_start;

void Start::retry_later() noexcept {
  is_retrying_ = true;
  timer_.start(retry_ms);
}

/// One opening, shared by the thread and the event loop.
struct Start::Opening {
  std::mutex mutex;  ///< of what follows
  std::condition_variable done;
  bool is_done = false;
  std::unique_ptr<Result<OpenStore>> result;  ///< null: the thread ran out of memory
  bool is_taken = false;                      ///< event loop only

  void end(std::unique_ptr<Result<OpenStore>> with) noexcept {
    const std::scoped_lock lock(mutex);
    result = std::move(with);
    is_done = true;
    done.notify_all();
  }
};

void Start::open_now() noexcept {
  const auto opening = post_opening();
  if (!opening) {
    retry_later();
    return;
  }
  std::unique_lock lock(opening->mutex);
  if (opening->done.wait_for(lock, patience_at_start, [&] { return opening->is_done; })) {
    lock.unlock();
    take(*opening);
  }
}

void Start::open_on_thread() noexcept {
  if (!is_quitting() && !post_opening()) {
    retry_later();
  }
}

/// Has a thread open the store: this process serves others beside us. Null where there is none.
std::shared_ptr<Start::Opening> Start::post_opening() noexcept {
  try {
    auto wanted = std::make_shared<StoreOpening>(conf_, cycle_->log);
    auto opening = std::make_shared<Opening>();
    const bool posted = tasks_.post(
        conf_.io_threads,
        [wanted, opening, log = cycle_->log] {
          std::unique_ptr<Result<OpenStore>> result;
          guard(log, "the opening of the store",
                [&] { result = std::make_unique<Result<OpenStore>>(open_store(std::move(*wanted), is_quitting)); });
          opening->end(std::move(result));
        },
        [this, opening] { take(*opening); });
    return posted ? opening : nullptr;
  } catch (...) {
    log_exception(cycle_->log, "the opening of the store");
    return nullptr;
  }
}

/// What the thread has opened; the first time it is asked for.
void Start::take(Opening& opening) noexcept {
  if (std::exchange(opening.is_taken, true)) {
    return;
  }
  if (const auto result = std::move(opening.result)) {
    opened(std::move(*result));
  } else {
    retry_later();
  }
}

/// Goes on with what was opened, or tries again later.
void Start::opened(Result<OpenStore> opened) noexcept {
  if (is_quitting()) {
    return;
  }
  try {
    if (opened) {
      make_runtime(std::move(*opened));
      return;
    }
    auto& error = opened.error();
    if (reported_ != error.detail) {
      ngx_log_error(NGX_LOG_CRIT, cycle_->log, 0, "docket: the store \"%V\" cannot be used: %s", &conf_.store->name,
                    error.detail.c_str());
      reported_ = std::move(error.detail);
    }
  } catch (...) {
    log_exception(cycle_->log, "the start of a worker");
    runtime_.reset();
  }
  retry_later();
}

void Start::make_runtime(OpenStore opened) {
  runtime_ = std::make_unique<Runtime>(cycle_, conf_, std::move(opened));
  keep_logs(conf_, runtime_->job_log().files());  // nginx may have opened them anew in the meantime
  if (is_retrying_) {
    ngx_log_error(NGX_LOG_NOTICE, cycle_->log, 0, "docket: the store \"%V\" can be used now", &conf_.store->name);
    reported_.clear();
  }
  runtime_->start(cycle_);
}

}  // namespace

void start_runtime(ngx_cycle_t* cycle, const MainConf& conf) noexcept {
  the_start.emplace(cycle, conf);
  the_start->open_now();
}

void stop_runtime() noexcept {
  the_start.reset();
}

}  // namespace docket::ngx
