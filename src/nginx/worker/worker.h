// What requests are served with.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "host/secret_box.h"
#include "nginx/core/thread_tasks.h"
#include "nginx/worker/client_names.h"
#include "nginx/worker/hub.h"
#include "nginx/worker/submission_queue.h"
#include "store/committer.h"
#include "store/spool/spool.h"
#include "store/store.h"
#include "work/document/engine_client.h"

namespace docket::ngx {

class StoreProbe;
class UnitPool;

/// This process's open store, as request handlers use it. Owned by the Runtime, as is all that it refers to; event loop
/// only. A request that outlives it (in exit_process) runs no handler any more.
class Worker {
 public:
  struct Parts {
    Store& store;
    StoreReader& reader;
    Committer& committer;
    Spool& spool;
    Hub& hub;
    EngineClient& engine;
    const SecretBox& secrets;
    ClientNames& client_names;
    SubmissionQueue& submissions;
    ThreadTasks& tasks;
    UnitPool& units;
    const StoreProbe& probe;
    ngx_thread_pool_t* io;
    std::string run_folder;
    std::vector<std::string> pools;  ///< register_pools()
    bool syncs = true;
  };
  explicit Worker(Parts parts) noexcept : parts_(std::move(parts)) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// This process's; null where there is no docket_store, or it could not be opened (then the log says why and every
  /// location answers store_unavailable).
  static Worker* current() noexcept;

  /// The event loop's own reader. With LMDB each call takes microseconds; it blocks only where the disk has to be read.
  [[nodiscard]] StoreReader& reader() noexcept { return parts_.reader; }
  [[nodiscard]] Committer& committer() noexcept { return parts_.committer; }  ///< for I/O threads: it blocks
  [[nodiscard]] Spool& spool() noexcept { return parts_.spool; }
  [[nodiscard]] Hub& hub() noexcept { return parts_.hub; }
  [[nodiscard]] const std::string& run_folder() const noexcept { return parts_.run_folder; }

  // For uploads.
  [[nodiscard]] SubmissionQueue& submissions() noexcept { return parts_.submissions; }
  [[nodiscard]] ClientNames& client_names() noexcept { return parts_.client_names; }
  [[nodiscard]] const SecretBox& secrets() const noexcept { return parts_.secrets; }
  /// The number of a pool with a name; nothing for one that is not registered.
  [[nodiscard]] std::optional<std::uint8_t> pool_number(std::string_view name) const noexcept;
  [[nodiscard]] bool syncs() const noexcept { return parts_.syncs; }

  /// Whether jobs can be stored and processed: the store's state, or store_unavailable with what is wrong.
  [[nodiscard]] Result<Store::Health> health() const;

  /// Whether the store does not answer for the moment: what waits for it would wait long.
  [[nodiscard]] bool is_stuck() const noexcept;

  /// An empty string that keeps its memory from one answer to the next. One user at a time.
  [[nodiscard]] std::string& scratch() noexcept {
    scratch_.clear();
    return scratch_;
  }

  // For what is to be known of documents before they are jobs.
  [[nodiscard]] EngineClient& engine() noexcept { return parts_.engine; }  ///< for pool threads: it blocks
  [[nodiscard]] UnitPool& units() noexcept { return parts_.units; }

  /// Runs `work` on an I/O thread, then `then` here. See ThreadTasks::post().
  bool post_io(std::function<void()> work, std::function<void()> then) noexcept {
    return parts_.tasks.post(parts_.io, std::move(work), std::move(then));
  }

 private:
  Parts parts_;
  std::string scratch_;
};

}  // namespace docket::ngx
