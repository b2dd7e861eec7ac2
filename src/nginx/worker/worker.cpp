#include "nginx/worker/worker.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "nginx/jobs/deliveries.h"
#include "nginx/worker/log_files.h"
#include "base/clock.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t tick_ms = 1000;                    // the fallback for a bell that was lost
constexpr std::chrono::milliseconds reaping_share{20};  // of a tick, for walking through the spool
constexpr unsigned ticks_before_end = 5;                // of a store that takes no writes
constexpr unsigned ticks_to_look_after = 5;             // then: dead workers' units, an idle engine
constexpr std::chrono::seconds patience{30};            // how long a worker that is to quit lets a unit go on

// Owned here from init_process to exit_process.
std::unique_ptr<Worker> the_worker;

/// For the time when there is no Worker. In this process only, on the event loop.
struct Retry {
  ngx_cycle_t* cycle = nullptr;
  const MainConf* conf = nullptr;
  ngx_event_t timer{};
  ngx_connection_t no_connection{};

  [[nodiscard]] bool is_retrying() const noexcept { return cycle != nullptr; }

  std::string said;                ///< why it could not be opened: told once
  std::optional<TaskBoard> board;  ///< at most one opening is under way

  void later(ngx_cycle_t* of, const MainConf& with, ngx_event_handler_pt then) noexcept;
  /// nginx has ended its threads: what one of them has opened and nobody took is closed.
  void stop() noexcept {
    if (timer.timer_set) {
      ngx_del_timer(&timer);
    }
    board.reset();
  }
} retry;

/// When this worker was told to quit, for the threads; the epoch: it was not.
std::atomic<std::chrono::steady_clock::time_point> quit_told_at{std::chrono::steady_clock::time_point{}};

bool is_quitting() noexcept {
  return ngx_exiting != 0 || ngx_quit != 0 || ngx_terminate != 0;
}

std::uint32_t slots_of(const MainConf& conf) noexcept {
  if (conf.concurrency > 0) {
    return static_cast<std::uint32_t>(conf.concurrency);
  }
  const auto cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : cores;
}

}  // namespace

void Retry::later(ngx_cycle_t* of, const MainConf& with, ngx_event_handler_pt then) noexcept {
  cycle = of;
  conf = &with;
  no_connection.fd = -1;
  timer.handler = then;
  timer.data = &no_connection;
  timer.log = of->log;
  timer.cancelable = 1;
  ngx_add_timer(&timer, tick_ms);
}

Worker* Worker::current() noexcept {
  return the_worker.get();
}

Worker::Worker(ngx_cycle_t* cycle, const MainConf& conf, OpenStore opened)
    : conf_(conf),
      log_(cycle->log),
      spool_(std::move(opened.spool)),
      job_log_(std::move(opened.job_log)),
      mark_(std::move(opened.recovered.mark)),
      store_(std::move(opened.recovered.store)),
      reader_(store_->reader()),
      change_bell_(std::move(opened.change_bell)),
      committer_(*store_, &change_bell_),
      hub_(*reader_, change_bell_, cycle->log),
      engine_({.program = std::string(view(conf.engine)),
               .languages = std::string(view(conf.languages)),
               .tessdata = std::string(view(conf.tessdata)),
               .strict_sandbox = conf.strict_sandbox != 0,
               .log = log_lines(cycle->log, NGX_LOG_WARN)}),
      secrets_(opened.secrets),
      work_bell_(std::move(opened.work_bell)),
      lease_(std::move(opened.lease)),
      board_(cycle->log),
      client_names_({.board = board_, .io = conf.io_threads, .committer = committer_, .log = *job_log_}),
      intake_({.board = board_,
               .io = conf.io_threads,
               .committer = committer_,
               .spool = spool_,
               .work_bell = work_bell_,
               .sync = conf.sync != 0}),
      workshop_{.store = *store_,
                .committer = committer_,
                .spool = spool_,
                .engine = engine_,
                .secrets = secrets_,
                .work_bell = work_bell_,
                .holder = lease_.holder(),
                .run_folder = std::string(view(conf.store->name)) + "/run",
                .slots = slots_of(conf),
                .sync = conf.sync != 0,
                .draining = [] { return is_quitting(); },
                .quitting = [this] { return must_stop_now(); },
                .log = log_lines(cycle->log, NGX_LOG_WARN)},
      reaper_(*store_, committer_, spool_, std::string(view(conf.store->name))) {
  no_connection_.fd = -1;
  timer_.handler = on_timer;
  timer_.data = &no_connection_;
  timer_.log = cycle->log;
  timer_.cancelable = 1;
}

Worker::~Worker() {
  if (timer_.timer_set) {
    ngx_del_timer(&timer_);
  }
}

void Worker::start(ngx_cycle_t* cycle, const MainConf& conf) noexcept {
  try {
    // The process serves nobody yet: its clients wait until it does, or are other workers', which is better than 503.
    begin(cycle, conf, open_store(StoreOpening(conf, cycle->log), is_quitting));
  } catch (...) {
    log_exception(cycle->log, "the opening of the store");
    retry.later(cycle, conf, on_retry);
  }
}

/// This process serves others beside us, so a thread opens the store.
void Worker::on_retry(ngx_event_t*) noexcept {
  if (is_quitting()) {
    return;
  }
  bool posted = false;
  try {
    auto opening = std::make_shared<StoreOpening>(*retry.conf, retry.cycle->log);
    auto opened = std::make_shared<std::optional<Result<OpenStore>>>();  // nothing: the thread ran out of memory
    if (!retry.board) {
      retry.board.emplace(retry.cycle->log);
    }
    posted = retry.board->post(
        retry.conf->io_threads, [opening, opened] { opened->emplace(open_store(std::move(*opening), is_quitting)); },
        [opened] {
          if (*opened) {
            begin(retry.cycle, *retry.conf, std::move(**opened));
          } else {
            retry.later(retry.cycle, *retry.conf, on_retry);
          }
        });
  } catch (...) {
    log_exception(retry.cycle->log, "the opening of the store");
  }
  if (!posted) {
    retry.later(retry.cycle, *retry.conf, on_retry);
  }
}

/// Goes on with what was opened, or tries again later.
void Worker::begin(ngx_cycle_t* cycle, const MainConf& conf, Result<OpenStore> opened) noexcept {
  if (is_quitting()) {
    return;
  }
  try {
    if (!opened) {
      auto& error = opened.error();
      if (retry.said != error.detail) {
        ngx_log_error(NGX_LOG_CRIT, cycle->log, 0, "docket: the store \"%V\" cannot be used: %s", &conf.store->name,
                      error.detail.c_str());
        retry.said = std::move(error.detail);
      }
      retry.later(cycle, conf, on_retry);
      return;
    }
    the_worker.reset(new Worker(cycle, conf, std::move(*opened)));
    keep_logs(conf, the_worker->job_log_->files());  // nginx may have opened them anew in the meantime
    if (retry.is_retrying()) {
      ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0, "docket: the store \"%V\" can be used now", &conf.store->name);
      retry.said.clear();
    }
    if (!the_worker->listen(cycle)) {
      ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                    "docket: no bell can be heard (inotify); work is looked for once a second");
    }
    ngx_add_timer(&the_worker->timer_, tick_ms);
    auto callbacks =
        start_callbacks(*the_worker->store_, the_worker->committer_, the_worker->workshop_, *conf.secret_files);
    if (callbacks) {
      the_worker->callbacks_ = std::move(*callbacks);
    } else {
      ngx_log_error(NGX_LOG_CRIT, cycle->log, 0, "docket: this worker sends no callbacks: %s",
                    callbacks.error().detail.c_str());
    }
    the_worker->look_after();
    the_worker->wake();
  } catch (...) {
    log_exception(cycle->log, "the start of a worker");
    the_worker.reset();
    retry.later(cycle, conf, on_retry);
  }
}

void Worker::stop() noexcept {
  retry.stop();
  the_worker.reset();
}

bool Worker::listen(ngx_cycle_t* cycle) noexcept {
  const int descriptor = work_bell_.listen();
  const bool hears_work =
      descriptor >= 0 && ngx_add_channel_event(cycle, descriptor, NGX_READ_EVENT, on_bell) == NGX_OK;
  return hub_.listen(cycle) && hears_work;
}

/// Called by threads too.
bool Worker::must_stop_now() const noexcept {
  if (ngx_terminate != 0 || (is_quitting() && !store_->health().writable)) {
    return true;  // what it would do cannot be committed
  }
  const auto told = quit_told_at.load(std::memory_order_relaxed);
  return told != std::chrono::steady_clock::time_point{} && std::chrono::steady_clock::now() - told > patience;
}

void Worker::on_bell(ngx_event_t*) noexcept {
  if (the_worker) {
    the_worker->work_bell_.hush();
    the_worker->wake();
  }
}

void Worker::on_timer(ngx_event_t* event) noexcept {
  the_worker->wake();
  if (++the_worker->ticks_ % ticks_to_look_after == 0) {
    the_worker->look_after();
  }
  the_worker->reap();
  the_worker->end_if_broken();
  the_worker->hub_.tick(is_quitting());
  ngx_add_timer(event, tick_ms);
}

/// Puts as many threads to work as there are units waiting, up to the host's slots. A hint that comes to nothing costs
/// a task that finds nothing.
void Worker::wake() noexcept {
  if (is_quitting()) {
    if (quit_told_at.load() == std::chrono::steady_clock::time_point{}) {
      quit_told_at.store(std::chrono::steady_clock::now());
    }
    return;
  }
  if (working_ >= workshop_.slots) {
    rung_ = true;
    return;
  }
  rung_ = false;
  const auto counts = reader_->counts(0);
  const std::uint64_t wanted = counts ? counts->waiting_units : 0;
  for (std::uint64_t i = 0; i < wanted && working_ < workshop_.slots; ++i) {
    const bool posted = board_.post(
        conf_.threads, [this] { run_units(workshop_); }, [this] { work_ended(); });
    if (!posted) {
      return;
    }
    ++working_;
  }
}

void Worker::work_ended() noexcept {
  --working_;
  if (rung_) {
    wake();
  }
}

void Worker::look_after() noexcept {
  post_io(
      [this] {
        if (recover_dead_holders(workshop_)) {
          work_bell_.ring();
        }
        engine_.stop_if_idle();
      },
      [] {});
  // Another worker may have done all the work since: then nothing here would find out that the engine is mended, and
  // /health would never be well again.
  if (!engine_.health() && working_ == 0) {
    board_.post(
        conf_.threads, [this] { static_cast<void>(engine_.prepare(workshop_.draining)); }, [] {});
  }
}

/// LMDB writes nothing any more after a sync that failed, until the environment is opened anew; which another process
/// does best. Our clients are served to their end, and the master starts a new worker.
void Worker::end_if_broken() noexcept {
  const auto health = store_->health();
  broken_ticks_ = health.writable ? 0 : broken_ticks_ + 1;
  if (broken_ticks_ < ticks_before_end || ngx_process != NGX_PROCESS_WORKER || is_quitting()) {
    return;
  }
  ngx_log_error(NGX_LOG_ERR, log_, 0, "docket: %s; this worker ends, so that a new one opens it",
                health.detail.c_str());
  ngx_quit = 1;
}

/// What nobody needs any more, a little at a time: uploads and claims share the threads and the store's only writer.
void Worker::reap() noexcept {
  if (reaping_ || is_quitting()) {
    return;
  }
  auto more = std::make_shared<bool>(false);
  reaping_ = post_io(
      [this, more] {
        if (!reaper_.is_in_charge()) {
          return;
        }
        const auto until = std::chrono::steady_clock::now() + reaping_share;
        *more = reaper_.expire(unix_ms());
        while (!*more && std::chrono::steady_clock::now() < until && reaper_.sweep(unix_ms())) {
        }
      },
      [this, more] {
        reaping_ = false;
        if (*more) {
          reap();
        }
      });
}

}  // namespace docket::ngx
