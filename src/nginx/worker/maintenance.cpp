#include "nginx/worker/maintenance.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "nginx/core/exception.h"
#include "nginx/worker/quitting.h"

namespace docket::ngx {
namespace {

constexpr std::chrono::milliseconds reaping_share{20};  // of a tick, for walking through the spool
constexpr unsigned ticks_before_end = 5;                // of a store that takes no writes

// Of a probe.
constexpr unsigned ticks_between = 3;
constexpr unsigned ticks_to_answer = 5;

Result<void> probe(Committer& committer, Spool& spool) {
  if (auto written = spool.probe(); !written) {
    const bool is_full = written.error().code == ErrorCode::store_full;
    return fail(is_full ? ErrorCode::store_full : ErrorCode::store_unavailable,
                is_full ? "The disk of docket_store is full." : "No file can be stored: " + written.error().detail);
  }
  NameClient nobody{.job = JobId::make(unix_ms()), .name = {}};
  const Command change = &nobody;
  committer.commit({&change, 1});
  if (!nobody.result && nobody.result.error().code != ErrorCode::not_found) {
    return fail(ErrorCode::store_unavailable, "The store takes no writes: " + nobody.result.error().detail);
  }
  return {};
}

}  // namespace

Maintenance::Maintenance(const Parts& parts)
    : log_(parts.log),
      tasks_(parts.tasks),
      io_(parts.io),
      store_(parts.store),
      reaper_(parts.store, parts.committer, parts.spool, parts.store_path) {}

void Maintenance::tick() noexcept {
  reap();
  end_if_broken();
}

/// LMDB writes nothing any more after a sync that failed, until the environment is opened anew; which another process
/// does best. Our clients are served to their end, and the master starts a new worker.
void Maintenance::end_if_broken() noexcept {
  const auto health = store_.health();
  broken_ticks_ = health.writable ? 0 : broken_ticks_ + 1;
  if (broken_ticks_ < ticks_before_end || ngx_process != NGX_PROCESS_WORKER || is_quitting()) {
    return;
  }
  ngx_log_error(NGX_LOG_ERR, log_, 0, "docket: %s; this worker ends, so that a new one opens it",
                health.detail.c_str());
  ngx_quit = 1;
}

/// Removes a little at a time: uploads and claims share the threads and the store's only writer.
void Maintenance::reap() noexcept try {
  if (reaping_ || is_quitting()) {
    return;
  }
  auto more = std::make_shared<bool>(false);
  reaping_ = tasks_.post(
      io_,
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
} catch (...) {
  log_exception(log_, "the removal of expired jobs");
}

// ---- StoreProbe

void StoreProbe::tick() noexcept try {
  ++ticks_;
  if (under_way_ || ticks_ < ticks_between) {
    return;
  }
  ticks_ = 0;
  auto result = std::make_shared<Result<void>>();
  under_way_ = parts_.tasks.post(
      parts_.io, [result, &committer = parts_.committer, &spool = parts_.spool] { *result = probe(committer, spool); },
      [this, result] {
        under_way_ = false;
        last_ = std::move(*result);
      });
} catch (...) {
  log_exception(ngx_cycle->log, "a look at the store");
}

bool StoreProbe::is_stuck() const noexcept {
  return under_way_ && ticks_ > ticks_to_answer;
}

Result<void> StoreProbe::result() const {
  if (is_stuck()) {
    return fail(
        ErrorCode::store_unavailable,
        "The store has not answered for " + std::to_string(ticks_) +
            " s: another process holds its lock, its disk hangs, or the docket_io threads have too much to do.");
  }
  return last_;
}

}  // namespace docket::ngx
