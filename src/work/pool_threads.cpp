#include "work/pool_threads.h"

#include <algorithm>
#include <exception>

#include "host/blocked_signals.h"

namespace docket {
namespace {

/// How often a thread that waits for units looks whether it is to end.
constexpr std::chrono::milliseconds look_interval{250};

}  // namespace

void PoolThreads::wake(std::uint64_t waiting) noexcept {
  const std::scoped_lock lock(mutex_);
  std::erase_if(threads_, [this](const std::jthread& thread) {  // those have nothing left to do but to end
    return std::ranges::find(ended_, thread.get_id()) != ended_.end();
  });
  ended_.clear();
  if (waiting == 0) {
    return;
  }
  ++wakes_;
  woken_.notify_all();
  const BlockedSignals blocked;  // a new thread has the mask of the one that starts it
  for (waiting -= std::min<std::uint64_t>(waiting, idle_); waiting > 0 && running_ < pool_.slots; --waiting) {
    try {
      threads_.emplace_back([this] { run(); });
    } catch (const std::exception& error) {
      if (context_.log) {
        context_.log(error.what());
      }
      return;
    }
    ++running_;
  }
}

void PoolThreads::run() noexcept {
  try {
    work(pool_.make());
  } catch (const std::exception& error) {
    if (context_.log) {
      context_.log(error.what());
    }
    const std::scoped_lock lock(mutex_);
    --running_;
  }
  const std::scoped_lock lock(mutex_);
  ended_.push_back(std::this_thread::get_id());
}

/// Until no unit waits. One that came while all threads were at work is looked for once more.
void PoolThreads::work(const ThreadProcessor& own) {
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::scoped_lock lock(mutex_);
      seen = wakes_;
    }
    run_units(context_, {.number = pool_.number, .slots = pool_.slots, .processor = *own.processor, .wait = [&] {
                           return wait_for_units(own, seen);
                         }});
    const std::scoped_lock lock(mutex_);
    if (seen == wakes_ || (context_.draining && context_.draining())) {
      --running_;  // with the look at `wakes_`: who comes later starts another thread
      return;
    }
  }
}

/// True when units may wait; false after the idle time, or at once where nothing is kept.
bool PoolThreads::wait_for_units(const ThreadProcessor& own, std::uint64_t& seen) {
  const auto is_ending = [this] {
    return (context_.draining && context_.draining()) || (context_.quitting && context_.quitting());
  };
  const auto deadline = std::chrono::steady_clock::now() + pool_.idle;
  while (own.is_kept && own.is_kept() && !is_ending() && std::chrono::steady_clock::now() < deadline) {
    std::unique_lock lock(mutex_);
    ++idle_;
    woken_.wait_for(lock, look_interval, [&] { return wakes_ != seen; });
    --idle_;
    if (wakes_ != seen) {
      seen = wakes_;
      return true;
    }
  }
  return false;
}

}  // namespace docket
