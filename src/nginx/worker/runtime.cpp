#include "nginx/worker/runtime.h"

#include <string>
#include <utility>

#include "nginx/core/log_lines.h"
#include "nginx/settings/settings_file.h"
#include "nginx/worker/callback_start.h"
#include "nginx/worker/quitting.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t tick_ms = 1000;         // the fallback for a wakeup that was lost
constexpr unsigned ticks_to_look_after = 5;  // then: dead workers' units, an idle engine

Runtime* the_runtime = nullptr;

/// Nothing where it cannot be opened: then lines of logs are not told live.
std::optional<LineRing> open_lines(const MainConf& conf, ngx_log_t* log) {
  auto lines = LineRing::open(std::string(view(conf.store->name)) + "/run");
  if (!lines) {
    ngx_log_error(NGX_LOG_WARN, log, 0, "docket: logs of commands are not told live: %s", lines.error().detail.c_str());
    return std::nullopt;
  }
  return std::move(*lines);
}

/// Nothing where it cannot be opened: then other workers' readers are not known, and docket_abort does nothing.
std::optional<SharedMarks> open_readers(const MainConf& conf, ngx_log_t* log) {
  auto readers = SharedMarks::open(std::string(view(conf.store->name)) + "/run/readers");
  if (!readers) {
    ngx_log_error(NGX_LOG_WARN, log, 0, "docket: no job is aborted: %s", readers.error().detail.c_str());
    return std::nullopt;
  }
  return std::move(*readers);
}

}  // namespace

Runtime::Runtime(ngx_cycle_t* cycle, const MainConf& conf, OpenStore opened)
    : conf_(conf),
      log_(cycle->log),
      spool_(std::move(opened.spool)),
      job_log_(std::move(opened.job_log)),
      mark_(std::move(opened.recovered.mark)),
      store_(std::move(opened.recovered.store)),
      reader_(store_->reader()),
      notifications_(std::move(opened.notifications)),
      committer_(*store_, &notifications_),
      lines_(open_lines(conf, cycle->log)),
      readers_(open_readers(conf, cycle->log)),
      hub_({.reader = *reader_,
            .wakeup = notifications_.changes(),
            .lines = lines_ ? &*lines_ : nullptr,
            .readers = readers_ ? &*readers_ : nullptr,
            .log = cycle->log}),
      engine_({.program = std::string(view(conf.engine)),
               .languages = std::string(view(conf.languages)),
               .tessdata = std::string(view(conf.tessdata)),
               .strict_sandbox = conf.strict_sandbox != 0,
               .log = log_lines(cycle->log, NGX_LOG_WARN)}),
      launcher_({.program = std::string(view(conf.launcher)),
                 .strict_sandbox = conf.strict_sandbox != 0,
                 .log = log_lines(cycle->log, NGX_LOG_WARN)}),
      secrets_(opened.secrets),
      membership_(std::move(opened.membership)),
      tasks_(cycle->log),
      client_names_({.tasks = tasks_, .io = conf.io_threads, .committer = committer_, .log = *job_log_}),
      submissions_({.tasks = tasks_,
                    .io = conf.io_threads,
                    .acceptor = Acceptor({.committer = committer_, .spool = spool_, .sync = conf.sync != 0})}),
      units_({.conf = conf,
              .log = cycle->log,
              .tasks = tasks_,
              .store = *store_,
              .reader = *reader_,
              .committer = committer_,
              .spool = spool_,
              .engine = engine_,
              .launcher = launcher_,
              .publish_lines =
                  [this](const JobLines& lines) {
                    const bool is_in = lines_ && lines_->append(encode(lines));
                    if (is_in) {
                      notifications_.changes().notify();
                    }
                    return is_in;
                  },
              .secrets = secrets_,
              .wakeup = notifications_.units(),
              .membership = membership_,
              .pools = opened.pools}),
      maintenance_({.log = cycle->log,
                    .tasks = tasks_,
                    .io = conf.io_threads,
                    .store = *store_,
                    .committer = committer_,
                    .spool = spool_,
                    .store_path = std::string(view(conf.store->name))}),
      probe_({.tasks = tasks_, .io = conf.io_threads, .committer = committer_, .spool = spool_}),
      worker_({.store = *store_,
               .reader = *reader_,
               .committer = committer_,
               .spool = spool_,
               .hub = hub_,
               .engine = engine_,
               .secrets = secrets_,
               .client_names = client_names_,
               .submissions = submissions_,
               .tasks = tasks_,
               .units = units_,
               .probe = probe_,
               .io = conf.io_threads,
               .run_folder = units_.context().run_folder,
               .pools = std::move(opened.pools),
               .syncs = conf.sync != 0}),
      timer_(
          this, [](void* self) noexcept { static_cast<Runtime*>(self)->tick(); }, cycle->log, Timer::AtQuit::let_go) {
  the_runtime = this;
}

Runtime::~Runtime() {
  the_runtime = nullptr;
}

Runtime* Runtime::current() noexcept {
  return the_runtime;
}

void Runtime::start(ngx_cycle_t* cycle) {
  const bool gets_work = units_.listen(cycle);
  if (!hub_.listen(cycle) || !gets_work) {
    ngx_log_error(NGX_LOG_ERR, log_, 0,
                  "docket: no wakeup can be received (inotify); work is looked for once a second");
  }
  timer_.start(tick_ms);
  auto callbacks = start_callback_sender(units_.context(), notifications_.deliveries(), *conf_.secret_files);
  if (callbacks) {
    callbacks_ = std::move(*callbacks);
  } else {
    ngx_log_error(NGX_LOG_CRIT, log_, 0, "docket: this worker sends no callbacks: %s",
                  callbacks.error().detail.c_str());
  }
  units_.look_after();
  units_.wake();
}

void Runtime::tick() noexcept {
  units_.wake();
  if (++ticks_ % ticks_to_look_after == 0) {
    units_.look_after();
  }
  maintenance_.tick();
  probe_.tick();
  hub_.tick(is_quitting());
  look_at_settings(conf_, log_);
  timer_.start(tick_ms);
}

}  // namespace docket::ngx
