// A program that serves a worker: started when first needed, started again after it died, stopped when idle.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "work/server_process.h"

namespace docket {

/// One a worker and program. Owned by the program's client; functions are called on pool threads, several at once.
class ServerProgram {
 public:
  struct Config {
    ServerProcess::Start start;
    std::chrono::milliseconds idle{60'000};          ///< stopped after so long without a unit
    std::function<void(std::string_view)> log = {};  ///< told of each start that fails; any thread; may be empty
  };
  explicit ServerProgram(Config config) : config_(std::move(config)) {}
  ~ServerProgram();
  ServerProgram(const ServerProgram&) = delete;
  ServerProgram& operator=(const ServerProgram&) = delete;

  /// The running process, or a new one: blocks while it starts. After a failed start the next is not tried for a
  /// while, and this gives the error at once.
  Result<std::shared_ptr<ServerProcess>> acquire(const std::function<bool()>& stop);

  /// A unit was handed over: what was wrong is not any more.
  void succeeded();

  /// No unit can be handed over, for this reason.
  void failed(const Error& error);

  /// This process is of no use any more.
  void forget(const std::shared_ptr<ServerProcess>& lost);

  /// Stops an idle process; cheap; called now and then on a pool thread.
  void stop_if_idle();

  /// Whether it can be started: nothing wrong so far, or the error of the last start. Does not block.
  [[nodiscard]] Result<void> health() const;

  /// A unit while it runs: as long as there is one the process is not idle.
  class Use {
   public:
    explicit Use(ServerProgram& program);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    ServerProgram& program_;
  };

 private:
  using Clock = std::chrono::steady_clock;

  std::shared_ptr<ServerProcess> running();
  void succeeded_locked();
  void reap();

  const Config config_;
  std::mutex starting_;  ///< held while one thread starts the program; taken before `mutex_`

  mutable std::mutex mutex_;  ///< for what follows; never held while anything blocks
  std::shared_ptr<ServerProcess> process_;
  std::size_t units_ = 0;
  Clock::time_point last_used_ = Clock::now();
  Error last_error_;
  std::chrono::milliseconds backoff_{0};
  Clock::time_point not_before_;
  std::vector<pid_t> intermediates_;
};

}  // namespace docket
