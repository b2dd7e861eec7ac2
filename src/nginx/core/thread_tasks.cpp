#include "nginx/core/thread_tasks.h"

#include <exception>
#include <iterator>
#include <utility>

#include "nginx/core/exception.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t hold_ms = 1000;  // how often the timer that keeps the worker alive comes round

}  // namespace

ThreadTasks::ThreadTasks(ngx_log_t* log) noexcept
    : hold_(
          this, [](void* self) noexcept { static_cast<ThreadTasks*>(self)->hold_.start(hold_ms); }, log) {}

bool ThreadTasks::post(ngx_thread_pool_t* pool, std::function<void()> work, std::function<void()> then) noexcept {
  try {
    tasks_.emplace_back();
  } catch (...) {
    log_exception(ngx_cycle->log, "a new task");
    return false;
  }
  Task& task = tasks_.back();
  task.self = std::prev(tasks_.end());
  task.owner = this;
  task.work = std::move(work);
  task.then = std::move(then);
  task.task.ctx = &task;
  task.task.handler = run;
  task.task.event.handler = finished;
  task.task.event.data = &task;
  if (ngx_thread_task_post(pool, &task.task) != NGX_OK) {
    tasks_.pop_back();
    return false;
  }
  if (!hold_.is_set()) {
    hold_.start(hold_ms);
  }
  return true;
}

void ThreadTasks::run(void* context, ngx_log_t* log) noexcept {
  guard(log, "a task", static_cast<Task*>(context)->work);
}

void ThreadTasks::finished(ngx_event_t* event) noexcept {
  auto* task = static_cast<Task*>(event->data);
  ThreadTasks* owner = task->owner;
  const auto then = std::move(task->then);
  owner->tasks_.erase(task->self);
  if (owner->tasks_.empty()) {
    owner->hold_.stop();
  }
  guard(ngx_cycle->log, "what follows a task", then);
}

}  // namespace docket::ngx
