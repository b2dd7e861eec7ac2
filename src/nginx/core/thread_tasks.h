// Work on nginx's thread pools, and what follows it on the event loop.
#pragma once

#include <functional>
#include <list>

#include "nginx/core/ngx.h"
#include "nginx/core/timer.h"

namespace docket::ngx {

/// Posts tasks and keeps the worker alive while any is under way: in nginx 1.22 only timers hold a worker that is to
/// quit, so one is set meanwhile. Owned by the Runtime, or by what opens the store; event loop only.
class ThreadTasks {
 public:
  explicit ThreadTasks(ngx_log_t* log) noexcept;
  ~ThreadTasks() = default;  ///< after nginx has ended its threads: a task's `then` that never came is dropped
  ThreadTasks(const ThreadTasks&) = delete;
  ThreadTasks& operator=(const ThreadTasks&) = delete;

  /// Runs `work` on a thread of `pool` and then `then` on the event loop. `work` owns what it touches and never sees a
  /// request; at the end of the process `then` may not come. False if the pool's queue is full or memory is short.
  bool post(ngx_thread_pool_t* pool, std::function<void()> work, std::function<void()> then) noexcept;

 private:
  struct Task {
    ngx_thread_task_t task{};
    ThreadTasks* owner = nullptr;
    std::function<void()> work;
    std::function<void()> then;
    std::list<Task>::iterator self;
  };

  static void run(void* context, ngx_log_t* log) noexcept;
  static void finished(ngx_event_t* event) noexcept;

  std::list<Task> tasks_;
  Timer hold_;  ///< set while there are tasks, so that the worker does not quit; does no work
};

}  // namespace docket::ngx
