// The worker's side of docket-launch: has a command started and hears how it gets on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "protocol/launch.h"
#include "work/command/command_channel.h"
#include "work/server_program.h"

namespace docket {

/// A program that takes one job after the other (workers=N). Ended with this, for which it may take the grace that its
/// request gave it. Owned and used by one pool thread.
class StayingProgram {
 public:
  StayingProgram(ServerProgram& launcher, CommandChannel channel, std::uint32_t grace_ms)
      : use_(launcher), channel_(std::move(channel)), grace_(grace_ms) {}
  StayingProgram(const StayingProgram&) = delete;
  StayingProgram& operator=(const StayingProgram&) = delete;
  ~StayingProgram();

  /// Has it do a job, as LaunchClient::run(). JobDone: it takes another one; all else is its end.
  CommandEnd run(const launch::Job& job, const Fd& log, const Fd& result, const CommandEvents& events,
                 const std::function<bool()>& stop);

  /// Whether it can take a job, as far as is known.
  [[nodiscard]] bool is_ready() const { return !ended_ && !channel_.has_news(); }

 private:
  const ServerProgram::Use use_;
  CommandChannel channel_;
  const std::chrono::milliseconds grace_;
  bool ended_ = false;
};

/// One launcher a worker. Owned by the worker from init_process to exit_process; functions are called on pool threads,
/// several at once.
class LaunchClient {
 public:
  struct Config {
    std::string program;                             ///< path of docket-launch
    bool strict_sandbox = false;                     ///< docket_sandbox strict
    std::chrono::milliseconds idle{60'000};          ///< stopped after so long without a command
    std::function<void(std::string_view)> log = {};  ///< told of each start that fails; any thread; may be empty
  };
  explicit LaunchClient(const Config& config);

  /// Runs one command to its end, after which none of its processes is left. `log` and `result` are written to. `stop`
  /// is asked several times a second, on this thread; when it says true the command is ended. Blocks.
  CommandEnd run(const launch::Request& request, const Fd& log, const Fd& result, const CommandEvents& events,
                 const std::function<bool()>& stop);

  /// Starts a program that stays. Null: no launcher can be started at the moment. The client outlives it.
  std::unique_ptr<StayingProgram> start_to_stay(const launch::Request& request, const std::function<bool()>& stop);

  /// Starts the launcher if none runs, unless a start failed a moment ago. Blocks while it starts.
  Result<void> prepare(const std::function<bool()>& stop);
  /// Stops an idle launcher; cheap; called now and then on a pool thread.
  void stop_if_idle() { program_.stop_if_idle(); }
  /// Whether a launcher can be started. Does not block.
  [[nodiscard]] Result<void> health() const { return program_.health(); }

 private:
  std::optional<CommandChannel> start(const launch::Request& request, std::span<const int> files,
                                      const std::function<bool()>& stop);

  ServerProgram program_;
};

}  // namespace docket
