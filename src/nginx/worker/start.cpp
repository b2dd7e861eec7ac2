#include "nginx/worker/start.h"

#include <memory>
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

  /// The process serves no clients yet: they wait until it does, or go to other workers, which is better than 503.
  void open_now() noexcept;

 private:
  void open_on_thread() noexcept;
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

void Start::open_now() noexcept {
  try {
    opened(open_store(StoreOpening(conf_, cycle_->log), is_quitting));
  } catch (...) {
    log_exception(cycle_->log, "the opening of the store");
    retry_later();
  }
}

/// This process serves others beside us, so a thread opens the store.
void Start::open_on_thread() noexcept {
  if (is_quitting()) {
    return;
  }
  bool posted = false;
  try {
    auto opening = std::make_shared<StoreOpening>(conf_, cycle_->log);
    auto result = std::make_shared<std::optional<Result<OpenStore>>>();  // nothing: the thread ran out of memory
    posted = tasks_.post(
        conf_.io_threads, [opening, result] { result->emplace(open_store(std::move(*opening), is_quitting)); },
        [this, result] {
          if (*result) {
            opened(std::move(**result));
          } else {
            retry_later();
          }
        });
  } catch (...) {
    log_exception(cycle_->log, "the opening of the store");
  }
  if (!posted) {
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
