// Threads for the units of a pool whose work is done elsewhere, by a program or a server: they wait, mostly.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "work/runner.h"

namespace docket {

/// A processor of one thread's own, and whether there is something in it that is worth waiting for another unit.
struct ThreadProcessor {
  std::unique_ptr<Processor> processor;
  std::function<bool()> is_kept{};  ///< asked on that thread; empty: never
  std::function<void()> drop{};     ///< ends what is kept, before the slot is given back; may block
};

/// Has as many threads as units of the pool are at work in this process, and those that keep something until it was
/// idle for a while; none while there is nothing to do. So units that take minutes hold up no thread of another pool.
/// Owned by the worker; its end waits for the threads, which go when the context says `draining` or `quitting`. wake()
/// is for one thread.
class PoolThreads {
 public:
  struct Pool {
    std::uint8_t number = 0;
    std::uint32_t slots = 1;
    std::function<ThreadProcessor()> make;  ///< called on a new thread; what it makes dies there
    std::chrono::milliseconds idle{60'000};
  };
  PoolThreads(WorkContext& context, Pool pool) : context_(context), pool_(std::move(pool)) {}
  PoolThreads(const PoolThreads&) = delete;
  PoolThreads& operator=(const PoolThreads&) = delete;
  ~PoolThreads() = default;

  /// Puts threads to work for so many units that wait, no more than the pool has slots. Does not block. One that cannot
  /// be started is left for the next time.
  void wake(std::uint64_t waiting) noexcept;

  [[nodiscard]] std::uint8_t number() const noexcept { return pool_.number; }

 private:
  void run() noexcept;
  void work(const ThreadProcessor& own);
  bool wait_for_units(const ThreadProcessor& own, std::uint64_t& seen);

  WorkContext& context_;
  const Pool pool_;
  std::mutex mutex_;  ///< for what follows
  std::condition_variable woken_;
  std::uint64_t wakes_ = 0;             ///< how often units came
  std::uint32_t running_ = 0;           ///< threads
  std::uint32_t idle_ = 0;              ///< of them those that wait for units
  std::vector<std::thread::id> ended_;  ///< of `threads_`, to be joined
  std::vector<std::jthread> threads_;   ///< the last member: joined before the others go
};

}  // namespace docket
