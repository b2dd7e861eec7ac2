// Units of work in this process: how many of nginx's threads are at work on them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "host/membership.h"
#include "host/secret_box.h"
#include "host/wakeup.h"
#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"
#include "nginx/core/thread_tasks.h"
#include "nginx/worker/quitting.h"
#include "store/committer.h"
#include "store/spool/spool.h"
#include "store/store.h"
#include "work/command/command_processor.h"
#include "work/command/launch_client.h"
#include "work/document/document_processor.h"
#include "work/document/engine_client.h"
#include "work/pool_threads.h"
#include "work/runner.h"
#include "work/upstream/upstream_client.h"
#include "work/upstream/upstream_processor.h"

namespace docket::ngx {

/// Puts threads of docket_threads to work while units of documents wait, up to the host's slots, and threads of its own
/// while others do. Owned by the Runtime, which destroys it when nginx has ended its threads; functions are for the
/// event loop. The threads share its WorkContext, whose parts are safe for that by themselves.
class UnitPool {
 public:
  struct Parts {
    const MainConf& conf;
    ngx_log_t* log;
    ThreadTasks& tasks;
    Store& store;
    StoreReader& reader;  ///< the event loop's
    Committer& committer;
    Spool& spool;
    EngineClient& engine;
    LaunchClient& launcher;
    std::function<bool(const JobLines&)> publish_lines;  ///< of commands, to those who watch; any thread
    const SecretBox& secrets;
    Wakeup& wakeup;  ///< of waiting units
    Membership& membership;
    std::span<const std::string> pools;  ///< register_pools()
  };
  explicit UnitPool(const Parts& parts);
  ~UnitPool();
  UnitPool(const UnitPool&) = delete;
  UnitPool& operator=(const UnitPool&) = delete;

  /// False if no wakeup can be received: then waiting units are found by wake() only.
  bool listen(ngx_cycle_t* cycle) noexcept;

  /// Puts as many threads to work as there are units waiting; nothing in a process that is to quit. To be called after
  /// a wakeup, and once a tick, since a wakeup may be lost.
  void wake() noexcept;

  /// Has the units of dead workers queued again, an idle engine stopped, and one that could not be started tried again.
  /// To be called every few ticks.
  void look_after() noexcept;

  /// Runs `work` on a thread of docket_threads, which lets units wait for it, and then `then` on the event loop. See
  /// ThreadTasks::post().
  bool post(std::function<void()> work, std::function<void()> then) noexcept;

  /// How long a page takes here, as far as is known.
  [[nodiscard]] const PageTimes& page_times() const noexcept { return page_times_; }
  /// Units of documents at work at once on this machine.
  [[nodiscard]] std::uint32_t document_slots() const noexcept { return document_pool_.slots; }

  /// What its threads share; for others that work in the background, too.
  [[nodiscard]] const WorkContext& context() const noexcept { return context_; }

 private:
  void wake_documents() noexcept;
  void wake_threads() noexcept;
  void add_command_pool(std::uint8_t number, std::uint32_t slots);
  void add_upstream_pool(std::uint32_t slots);
  void work_ended() noexcept;
  [[nodiscard]] bool must_stop_now() const noexcept;
  static void on_wakeup(ngx_event_t* event) noexcept;

  const MainConf& conf_;
  ThreadTasks& tasks_;
  StoreReader& reader_;
  EngineClient& engine_;
  LaunchClient& launcher_;
  QuitClock quit_clock_;
  Wakeup& wakeup_;
  std::atomic<std::uint32_t> posted_{0};  ///< by post(), and not begun yet
  WorkContext context_;
  PageTimes page_times_;
  DocumentProcessor documents_;
  WorkPool document_pool_;
  CommandParts commands_;
  UpstreamClient upstream_client_;
  UpstreamParts upstreams_;
  std::uint32_t working_ = 0;  ///< tasks at work on units of documents
  bool notified_ = false;      ///< a wakeup came while all were at work: look again when one ends
  unsigned looks_ = 0;
  /// Of requests to other servers, of all commands, and of the pools with names. The last member: joined before what
  /// they use goes.
  std::vector<std::unique_ptr<PoolThreads>> thread_pools_;
};

}  // namespace docket::ngx
