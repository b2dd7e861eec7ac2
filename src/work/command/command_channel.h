// A command in the launcher's hands, as the thread that waits for it sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "base/error.h"
#include "base/fd.h"
#include "job/progress/unit_end.h"
#include "protocol/launch.h"
#include "work/server_program.h"

namespace docket {

/// What a command says while it runs; called on the thread that runs the unit.
struct CommandEvents {
  std::function<void(launch::Progress)> progress{};
  std::function<void(launch::LogLines)> lines{};
  std::function<void()> slow{};  ///< once, if it takes longer than a moment
};

/// How a command, or a job of a program that stays, ended: what its supervisor says, or, where that could not say it,
/// an end in the words of job/progress: Failed if the supervisor died, Released if the launcher did (owner_lost), if
/// none can be started at the moment, or if the caller wanted so before there was an end.
using CommandEnd = std::variant<launch::Exited, launch::JobDone, ended::Failed, ended::Released>;

/// Its two sockets, and the launcher that it is in. Owned and used by one pool thread.
class CommandChannel {
 public:
  CommandChannel(ServerProgram& launcher, std::shared_ptr<ServerProcess> process, Fd program, Fd end) noexcept
      : launcher_(launcher), process_(std::move(process)), program_(std::move(program)), end_(std::move(end)) {}

  /// Gives a program that stays its next job. An error: it does not take any more.
  Result<void> send(const launch::Job& job, const Fd& log, const Fd& result);

  /// Waits for the end, and passes on what is said before. `time` is what the supervisor keeps itself, 0: none. `stop`
  /// is asked several times a second; when it says true the command is ended, within `grace`. Blocks.
  CommandEnd wait(std::chrono::milliseconds time, std::chrono::milliseconds grace, const CommandEvents& events,
                  const std::function<bool()>& stop);

  /// Whether there may still be an answer.
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(program_); }
  /// Whether it has ended, or said what it may not; looks only.
  [[nodiscard]] bool has_news() const;

 private:
  enum class Step : std::uint8_t { going_on, ended, lost };
  Step step(std::chrono::milliseconds patience, const CommandEvents& events);
  void take_messages(const CommandEvents& events);
  Step take_end(const CommandEvents& events);

  ServerProgram& launcher_;
  std::shared_ptr<ServerProcess> process_;
  Fd program_;
  Fd end_;
  std::optional<launch::Exited> exited_;
  std::optional<launch::JobDone> done_;
};

}  // namespace docket
