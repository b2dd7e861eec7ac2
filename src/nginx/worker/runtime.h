// What one worker process has of Docket: the open store, the wakeups, and all that stands on them.
#pragma once

#include <memory>

#include "callback/callback_sender.h"
#include "host/line_ring.h"
#include "host/membership.h"
#include "host/secret_box.h"
#include "http/body/job_log.h"
#include "nginx/conf/conf.h"
#include "nginx/core/thread_tasks.h"
#include "nginx/core/timer.h"
#include "nginx/worker/client_names.h"
#include "nginx/worker/hub.h"
#include "nginx/worker/maintenance.h"
#include "nginx/worker/store_opening.h"
#include "nginx/worker/submission_queue.h"
#include "nginx/worker/unit_pool.h"
#include "nginx/worker/worker.h"
#include "store/committer.h"
#include "store/notifications.h"
#include "store/spool/spool.h"
#include "store/store.h"
#include "work/document/engine_client.h"

namespace docket::ngx {

/// Owns the parts of a process with an open store, makes them in order and ticks. One a process: made by
/// start_runtime() (nginx/worker/start.h), after the fork or when the store can be opened, and destroyed in
/// exit_process, when nginx's threads have ended. Lives on the event loop; what its threads share is safe for that by
/// itself.
class Runtime {
 public:
  Runtime(ngx_cycle_t* cycle, const MainConf& conf, OpenStore opened);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// This process's; null before the store is open, and without docket_store.
  static Runtime* current() noexcept;

  /// Begins to receive wakeups, to process units and to send callbacks. Called once.
  void start(ngx_cycle_t* cycle);

  [[nodiscard]] Worker& worker() noexcept { return worker_; }
  [[nodiscard]] http::JobLog& job_log() noexcept { return *job_log_; }

 private:
  void tick() noexcept;

  // In the order of their making; threads have ended before any of it goes.
  const MainConf& conf_;
  ngx_log_t* log_;
  Spool spool_;
  std::unique_ptr<http::JobLog> job_log_;  ///< gets the store's changes
  UnsyncedMark mark_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreReader> reader_;  ///< the event loop's
  Notifications notifications_;
  Committer committer_;
  std::optional<LineRing> lines_;       ///< nothing: lines of logs are not told live
  std::optional<SharedMarks> readers_;  ///< nothing: no job is aborted
  Hub hub_;
  EngineClient engine_;
  LaunchClient launcher_;
  SecretBox secrets_;
  LeaseMembership membership_;
  ThreadTasks tasks_;
  ClientNames client_names_;
  SubmissionQueue submissions_;
  UnitPool units_;
  Maintenance maintenance_;
  StoreProbe probe_;
  Worker worker_;
  Timer timer_;  ///< ticks; a worker that is to quit does not wait for it
  unsigned ticks_ = 0;
  std::unique_ptr<CallbackSender> callbacks_;  ///< a thread of its own: the last made, the first to go
};

}  // namespace docket::ngx
