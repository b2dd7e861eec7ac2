// Work on nginx's thread pools, and what follows it on the event loop.
#pragma once

#include <functional>
#include <list>

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Posts tasks and keeps the worker alive while any is under way: in nginx 1.22 only timers hold a worker that is to
/// quit, so one runs meanwhile. Owned by the worker's runtime; used on the event loop only.
class TaskBoard {
 public:
  explicit TaskBoard(ngx_log_t* log) noexcept;
  ~TaskBoard();  ///< after nginx has ended its threads: a task's `then` that never came is dropped
  TaskBoard(const TaskBoard&) = delete;
  TaskBoard& operator=(const TaskBoard&) = delete;

  /// Runs `work` on a thread of `pool` and then `then` on the event loop. `work` owns what it touches and never sees a
  /// request; at the end of the process `then` may not come. False if the pool's queue is full or memory is short.
  bool post(ngx_thread_pool_t* pool, std::function<void()> work, std::function<void()> then) noexcept;

 private:
  struct Task {
    ngx_thread_task_t task{};
    TaskBoard* board = nullptr;
    std::function<void()> work;
    std::function<void()> then;
    std::list<Task>::iterator self;
  };

  static void run(void* context, ngx_log_t* log) noexcept;
  static void finished(ngx_event_t* event) noexcept;
  static void hold_on(ngx_event_t* event) noexcept;

  std::list<Task> tasks_;
  ngx_event_t hold_{};
  ngx_connection_t no_connection_{};  // debug logs read a timer's data as a connection
};

}  // namespace docket::ngx
