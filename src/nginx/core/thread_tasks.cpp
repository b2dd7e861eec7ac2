#include "nginx/core/thread_tasks.h"

#include <exception>
#include <iterator>
#include <utility>

#include "nginx/exception.h"

namespace docket::ngx {
namespace {

constexpr ngx_msec_t hold_ms = 1000;  // how often the timer that keeps the worker alive comes round; does no work

}  // namespace

TaskBoard::TaskBoard(ngx_log_t* log) noexcept {
  no_connection_.fd = -1;
  hold_.handler = hold_on;
  hold_.data = &no_connection_;
  hold_.log = log;
}

TaskBoard::~TaskBoard() {
  if (hold_.timer_set) {
    ngx_del_timer(&hold_);
  }
}

bool TaskBoard::post(ngx_thread_pool_t* pool, std::function<void()> work, std::function<void()> then) noexcept {
  try {
    tasks_.emplace_back();
  } catch (...) {
    log_exception(ngx_cycle->log, "a new task");
    return false;
  }
  Task& task = tasks_.back();
  task.self = std::prev(tasks_.end());
  task.board = this;
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
  if (!hold_.timer_set) {
    ngx_add_timer(&hold_, hold_ms);
  }
  return true;
}

void TaskBoard::run(void* context, ngx_log_t* log) noexcept {
  auto* task = static_cast<Task*>(context);
  try {
    task->work();
  } catch (...) {
    log_exception(log, "a task");
  }
}

void TaskBoard::finished(ngx_event_t* event) noexcept {
  auto* task = static_cast<Task*>(event->data);
  TaskBoard* board = task->board;
  const auto then = std::move(task->then);
  board->tasks_.erase(task->self);
  if (board->tasks_.empty() && board->hold_.timer_set) {
    ngx_del_timer(&board->hold_);
  }
  try {
    then();
  } catch (...) {
    log_exception(ngx_cycle->log, "what follows a task");
  }
}

void TaskBoard::hold_on(ngx_event_t* event) noexcept {
  ngx_add_timer(event, hold_ms);
}

}  // namespace docket::ngx
