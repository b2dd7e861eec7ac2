// One running program that serves a worker over a control socket: docket-engine, docket-launch.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "protocol/wire.h"

namespace docket {

/// The worker's end of the server's control socket. Shared by the threads that run units; when the last lets go, or
/// give_up() is called, the server sees the end of the socket and ends with all its children.
class ServerProcess {
 public:
  struct Start {
    std::string name;                                 ///< "docket-engine", for people
    std::string program;                              ///< path
    std::vector<std::string> arguments{};             ///< without the program's own name
    std::vector<std::string> environment{};           ///< all of it, "NAME=value"
    std::uint32_t protocol = wire::protocol_version;  ///< that it is to speak
  };

  /// Starts the program and waits for its Hello. `stop` is asked several times a second. `intermediate` is set to the
  /// process that was spawned, which forks the server and ends at once: outside nginx, whose SIGCHLD handler takes
  /// every child, somebody has to wait for it.
  /// Errors: engine_lost with what is wrong (no such program, other protocol, sandbox refused, no word in time).
  static Result<std::shared_ptr<ServerProcess>> start(const Start& start, const std::function<bool()>& stop,
                                                      pid_t& intermediate);

  /// Hands over a unit; never waits. An error: the server is gone or does not take messages any more.
  Result<void> send(std::string_view message, std::span<const int> descriptors);

  /// Whether the server's end of the socket is closed.
  [[nodiscard]] bool is_lost() const;

  /// Closes the connection for all threads at once.
  void give_up() noexcept;

  [[nodiscard]] const wire::Hello& hello() const noexcept { return hello_; }

 private:
  ServerProcess(Fd control, wire::Hello hello) : control_(std::move(control)), hello_(std::move(hello)) {}

  const Fd control_;
  const wire::Hello hello_;
};

}  // namespace docket
