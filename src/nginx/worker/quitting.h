// Whether this process is to quit: for the event loop, and for the threads that run units.
#pragma once

#include <atomic>
#include <chrono>

namespace docket::ngx {

/// Whether this process is to end, by a signal or a reload. Any thread.
bool is_quitting() noexcept;

/// How long the units of a worker that is to quit may go on. Owned by the UnitPool, whose threads read it.
class QuitClock {
 public:
  /// Starts the time, when first called. Event loop only.
  void start() noexcept;
  /// Whether the time is over; never before start(). Any thread.
  [[nodiscard]] bool is_over() const noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  std::atomic<Clock::time_point> started_at_{Clock::time_point{}};  ///< the epoch: not started
};

}  // namespace docket::ngx
