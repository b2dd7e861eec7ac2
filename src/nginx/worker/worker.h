// What one worker process has of Docket: the open store, the engine, the threads at work, the bell.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/wakeup.h"
#include "store/committer.h"
#include "host/lease.h"
#include "store/spool/reaper.h"
#include "host/secret_box.h"
#include "store/spool/spool.h"
#include "store/store.h"
#include "store/recovery/store_recovery.h"
#include "http/body/job_log.h"
#include "nginx/worker/client_names.h"
#include "nginx/conf/conf.h"
#include "nginx/worker/hub.h"
#include "nginx/worker/submission_queue.h"
#include "nginx/store_opening.h"
#include "nginx/core/thread_tasks.h"
#include "callback/callback_sender.h"
#include "work/document/engine_client.h"
#include "work/runner.h"

namespace docket::ngx {

/// Made in init_process, after the fork, or later, when the store can be opened, and destroyed in exit_process, when
/// nginx's threads have ended. Lives on the event loop; what its threads share is safe for that by itself.
class Worker {
 public:
  /// This process's; null where there is no docket_store, or it could not be opened (then the log says why and every
  /// location answers store_unavailable).
  static Worker* current() noexcept;
  /// Opens the store; where that does not go, a thread tries again every now and then.
  static void start(ngx_cycle_t* cycle, const MainConf& conf) noexcept;
  static void stop() noexcept;

  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] Spool& spool() noexcept { return spool_; }
  [[nodiscard]] Store& store() noexcept { return *store_; }
  [[nodiscard]] Committer& committer() noexcept { return committer_; }
  [[nodiscard]] EngineClient& engine() noexcept { return engine_; }
  [[nodiscard]] const SecretBox& secrets() const noexcept { return secrets_; }
  [[nodiscard]] ClientNames& client_names() noexcept { return client_names_; }
  [[nodiscard]] http::JobLog& job_log() noexcept { return *job_log_; }
  [[nodiscard]] Intake& intake() noexcept { return intake_; }
  [[nodiscard]] Hub& hub() noexcept { return hub_; }
  [[nodiscard]] const std::string& run_folder() const noexcept { return workshop_.run_folder; }
  [[nodiscard]] bool syncs() const noexcept { return conf_.sync != 0; }

  /// The event loop's own look at the store.
  [[nodiscard]] StoreReader& reader() noexcept { return *reader_; }

  /// An empty string that keeps its memory from one answer to the next. One user at a time.
  [[nodiscard]] std::string& scratch() noexcept {
    scratch_.clear();
    return scratch_;
  }

  /// Runs `work` on an I/O thread, then `then` here. See TaskBoard::post().
  bool post_io(std::function<void()> work, std::function<void()> then) noexcept {
    return board_.post(conf_.io_threads, std::move(work), std::move(then));
  }

 private:
  Worker(ngx_cycle_t* cycle, const MainConf& conf, OpenStore opened);
  static void begin(ngx_cycle_t* cycle, const MainConf& conf, Result<OpenStore> opened) noexcept;

  bool listen(ngx_cycle_t* cycle) noexcept;
  void wake() noexcept;
  void work_ended() noexcept;
  void look_after() noexcept;
  void reap() noexcept;
  void end_if_broken() noexcept;
  [[nodiscard]] bool must_stop_now() const noexcept;

  static void on_bell(ngx_event_t* event) noexcept;
  static void on_timer(ngx_event_t* event) noexcept;
  static void on_retry(ngx_event_t* event) noexcept;

  // In the order of their making; threads have ended before any of it goes.
  const MainConf& conf_;
  ngx_log_t* log_;
  Spool spool_;
  std::unique_ptr<http::JobLog> job_log_;  ///< hears of the store's changes
  StoreMark mark_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreReader> reader_;
  Bell change_bell_;
  Committer committer_;
  Hub hub_;
  EngineClient engine_;
  SecretBox secrets_;
  Bell work_bell_;
  LeaseFile lease_;
  TaskBoard board_;
  ClientNames client_names_;
  Intake intake_;
  Workshop workshop_;
  Reaper reaper_;
  std::string scratch_;

  std::uint32_t working_ = 0;  ///< tasks at work on units
  bool reaping_ = false;       ///< a task of the reaper's is under way
  bool rung_ = false;          ///< the bell rang while all were at work: look again when one ends
  unsigned ticks_ = 0;
  unsigned broken_ticks_ = 0;  ///< how long the store has taken no writes
  ngx_event_t timer_{};
  ngx_connection_t no_connection_{};
  std::unique_ptr<CallbackSender> callbacks_;  ///< a thread of its own: the last made, the first to go
};

}  // namespace docket::ngx
