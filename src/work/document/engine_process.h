// One running docket-engine, as its worker sees it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "protocol/wire.h"

namespace docket {

/// The worker's end of a fork server's control socket. Shared by the threads that run units; when the last lets go, or
/// give_up() is called, the server sees the end of the socket and ends with all its children.
class EngineProcess {
 public:
  struct Start {
    std::string program;
    std::string languages;
    std::string tessdata;  ///< folder of the models, "" the usual one
    bool strict_sandbox = false;
  };

  /// Starts the program and waits for its Hello. `stop` is asked several times a second. `intermediate` is set to the
  /// process that was spawned, which forks the server and ends at once: outside nginx, whose SIGCHLD handler takes
  /// every child, somebody has to wait for it.
  /// Errors: engine_lost with what is wrong (no such program, other protocol, sandbox refused, no word in time).
  static Result<std::shared_ptr<EngineProcess>> start(const Start& start, const std::function<bool()>& stop,
                                                      pid_t& intermediate);

  /// Hands over a unit; never waits. An error: the server is gone or does not take messages any more.
  Result<void> send(std::string_view message, std::span<const int> descriptors);

  /// Whether the server's end of the socket is closed.
  [[nodiscard]] bool is_lost() const;

  /// Closes the connection for all threads at once.
  void give_up() noexcept;

  [[nodiscard]] const wire::Hello& hello() const noexcept { return hello_; }

 private:
  EngineProcess(Fd control, wire::Hello hello) : control_(std::move(control)), hello_(std::move(hello)) {}

  const Fd control_;
  const wire::Hello hello_;
};

}  // namespace docket
