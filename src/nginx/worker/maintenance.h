// What a worker does of its own accord, a little in each tick.
#pragma once

#include "nginx/core/ngx.h"
#include "nginx/core/thread_tasks.h"
#include "store/spool/reaper.h"
#include "store/store.h"

namespace docket::ngx {

/// Has expired jobs and orphaned files removed on the threads of docket_io, and ends a worker whose store takes no more
/// writes. Owned by the Runtime, which destroys it when nginx has ended its threads; event loop only.
class Maintenance {
 public:
  struct Parts {
    ngx_log_t* log;
    ThreadTasks& tasks;
    ngx_thread_pool_t* io;
    Store& store;
    Committer& committer;
    Spool& spool;
    std::string store_path;
  };
  explicit Maintenance(const Parts& parts);

  /// To be called once a second.
  void tick() noexcept;

 private:
  void reap() noexcept;
  void end_if_broken() noexcept;

  ngx_log_t* log_;
  ThreadTasks& tasks_;
  ngx_thread_pool_t* io_;
  Store& store_;
  Reaper reaper_;              ///< of the task under way, else of the event loop
  bool reaping_ = false;       ///< a task of the reaper's is under way
  unsigned broken_ticks_ = 0;  ///< how long the store has taken no writes
};

}  // namespace docket::ngx
