#include "nginx/worker/unit_pool.h"

#include <algorithm>
#include <string>
#include <thread>

#include "host/pool_names.h"
#include "nginx/core/log_lines.h"

namespace docket::ngx {
namespace {

/// The pool that is woken; there is one a process, from its making to its end. Event loop only.
UnitPool* the_pool = nullptr;

std::uint32_t slots_of(const MainConf& conf) noexcept {
  if (conf.concurrency > 0) {
    return static_cast<std::uint32_t>(conf.concurrency);
  }
  const auto cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : cores;
}

}  // namespace

UnitPool::UnitPool(const Parts& parts)
    : conf_(parts.conf),
      tasks_(parts.tasks),
      reader_(parts.reader),
      engine_(parts.engine),
      launcher_(parts.launcher),
      wakeup_(parts.wakeup),
      context_{.store = parts.store,
               .committer = parts.committer,
               .membership = parts.membership,
               .run_folder = std::string(view(parts.conf.store->name)) + "/run",
               .draining = [] { return is_quitting(); },
               .quitting = [this] { return must_stop_now(); },
               .log = log_lines(parts.log, NGX_LOG_WARN)},
      documents_({.committer = parts.committer,
                  .spool = parts.spool,
                  .engine = engine_,
                  .secrets = parts.secrets,
                  .membership = parts.membership,
                  .page_times = page_times_,
                  .sync = parts.conf.sync != 0,
                  .quitting = context_.quitting,
                  .log = context_.log}),
      document_pool_{.number = document_pool,
                     .slots = slots_of(parts.conf),
                     .processor = documents_,
                     .yields = [this] { return posted_ != 0; }},
      commands_{.committer = parts.committer,
                .spool = parts.spool,
                .launcher = launcher_,
                .membership = parts.membership,
                .store_path = std::string(view(parts.conf.store->name)),
                .publish_lines = parts.publish_lines,
                .sync = parts.conf.sync != 0,
                .quitting = context_.quitting,
                .log = context_.log},
      upstreams_{.spool = parts.spool,
                 .client = upstream_client_,
                 .secrets = parts.secrets,
                 .membership = parts.membership,
                 .sync = parts.conf.sync != 0,
                 .quitting = context_.quitting,
                 .log = context_.log} {
  add_upstream_pool(static_cast<std::uint32_t>(parts.conf.pass_connections));
  add_command_pool(command_pool, slots_of(parts.conf));
  const std::span known(static_cast<const PoolConf*>(conf_.pools->elts), conf_.pools->nelts);
  for (std::size_t i = 0; i < parts.pools.size(); ++i) {
    // Jobs of a pool that is in the configuration no more are still to be done.
    const auto found = std::ranges::find(known, parts.pools[i], [](const PoolConf& pool) { return view(pool.name); });
    const auto slots = found != known.end() ? static_cast<std::uint32_t>(found->slots) : 1U;
    add_command_pool(static_cast<std::uint8_t>(first_named_pool + i), slots != 0 ? slots : slots_of(parts.conf));
  }
  the_pool = this;
}

UnitPool::~UnitPool() {
  the_pool = nullptr;
}

bool UnitPool::listen(ngx_cycle_t* cycle) noexcept {
  const int descriptor = wakeup_.listen();
  return descriptor >= 0 && ngx_add_channel_event(cycle, descriptor, NGX_READ_EVENT, on_wakeup) == NGX_OK;
}

void UnitPool::on_wakeup(ngx_event_t*) noexcept {
  if (the_pool != nullptr) {
    the_pool->wakeup_.drain();
    the_pool->wake();
  }
}

/// Called by threads too.
bool UnitPool::must_stop_now() const noexcept {
  if (ngx_terminate != 0 || (is_quitting() && !context_.store.health().writable)) {
    return true;  // what it would do cannot be committed
  }
  return quit_clock_.is_over();
}

void UnitPool::wake() noexcept {
  if (is_quitting()) {
    quit_clock_.start();
    return;
  }
  wake_documents();
  wake_threads();
}

void UnitPool::wake_threads() noexcept {
  for (const auto& pool : thread_pools_) {
    if (const auto counts = reader_.counts(pool->number())) {
      pool->wake(counts->waiting_units);
    }
  }
}

void UnitPool::add_command_pool(std::uint8_t number, std::uint32_t slots) {
  const auto make = [this]() -> ThreadProcessor {
    auto processor = std::make_unique<CommandProcessor>(commands_);
    auto is_kept = [commands = processor.get()] { return commands->has_program(); };
    auto drop = [commands = processor.get()] { commands->end_program(); };
    return {.processor = std::move(processor), .is_kept = std::move(is_kept), .drop = std::move(drop)};
  };
  thread_pools_.push_back(
      std::make_unique<PoolThreads>(context_, PoolThreads::Pool{.number = number, .slots = slots, .make = make}));
}

void UnitPool::add_upstream_pool(std::uint32_t slots) {
  const auto make = [this]() -> ThreadProcessor {
    return {.processor = std::make_unique<UpstreamProcessor>(upstreams_)};
  };
  thread_pools_.push_back(std::make_unique<PoolThreads>(
      context_, PoolThreads::Pool{.number = upstream_pool, .slots = slots, .make = make}));
}

/// A thread that finds no unit, since another worker has taken it, has cost one task.
void UnitPool::wake_documents() noexcept {
  if (working_ >= document_pool_.slots) {
    notified_ = true;
    return;
  }
  notified_ = false;
  const auto counts = reader_.counts(document_pool_.number);
  const std::uint64_t wanted = counts ? counts->waiting_units : 0;
  for (std::uint64_t i = 0; i < wanted && working_ < document_pool_.slots; ++i) {
    if (!tasks_.post(
            conf_.threads, [this] { run_units(context_, document_pool_); }, [this] { work_ended(); })) {
      return;
    }
    ++working_;
  }
}

bool UnitPool::post(std::function<void()> work, std::function<void()> then) noexcept {
  ++posted_;
  try {
    const bool posted = tasks_.post(
        conf_.threads,
        [this, work = std::move(work)] {
          --posted_;
          work();
        },
        [this, then = std::move(then)] {
          then();
          wake();  // what has waited meanwhile
        });
    posted_ -= posted ? 0 : 1;
    return posted;
  } catch (...) {
    --posted_;
    return false;
  }
}

void UnitPool::work_ended() noexcept {
  --working_;
  if (notified_ && !is_quitting()) {
    wake_documents();
  }
}

void UnitPool::look_after() noexcept {
  constexpr unsigned looks_to_clear = 12;
  const bool clear = looks_++ % looks_to_clear == 0;
  tasks_.post(
      conf_.io_threads,
      [this, clear] {
        recover_dead_holders(context_);
        engine_.stop_if_idle();
        launcher_.stop_if_idle();
        if (clear) {
          remove_stale_work_folders(commands_.store_path);
        }
      },
      [] {});
  // Another worker may have done all the work since: then nothing here would find out that the engine can be started
  // again, and /health would never be well again.
  if (!engine_.health() && working_ == 0) {
    tasks_.post(
        conf_.threads, [this] { static_cast<void>(engine_.prepare(context_.draining)); }, [] {});
  }
}

}  // namespace docket::ngx
