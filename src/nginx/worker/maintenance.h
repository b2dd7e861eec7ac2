// What a worker does of its own accord, a little in each tick.
#pragma once

#include "base/error.h"
#include "nginx/core/ngx.h"
#include "nginx/core/thread_tasks.h"
#include "store/committer.h"
#include "store/spool/reaper.h"
#include "store/spool/spool.h"
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

/// Does every few seconds on a thread of docket_io what an upload does: writes a file in the spool, and has the store
/// begin a change. For /health, which says what went wrong: a full or removed disk, no descriptors, a lock of the store
/// that somebody holds. Owned by the Runtime; event loop only.
class StoreProbe {
 public:
  struct Parts {
    ThreadTasks& tasks;
    ngx_thread_pool_t* io;
    Committer& committer;
    Spool& spool;
  };
  explicit StoreProbe(const Parts& parts) : parts_(parts) {}

  /// To be called once a second.
  void tick() noexcept;

  /// Whether the last one has got no answer.
  [[nodiscard]] bool is_stuck() const noexcept;
  /// store_unavailable, or store_full, with what is wrong.
  [[nodiscard]] Result<void> result() const;

 private:
  Parts parts_;
  unsigned ticks_ = 0;  ///< since the last one began
  bool under_way_ = false;
  Result<void> last_{};
};

}  // namespace docket::ngx
