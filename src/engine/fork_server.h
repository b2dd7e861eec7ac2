// The fork server: forks a closed-in child per unit, waits for it and says how it ended.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "protocol/seqpacket.h"
#include "protocol/wire.h"
#include "sandbox/sandbox.h"

namespace docket::engine {

/// One a docket-engine process, on its only thread. Owns the control socket and its children: none outlives serve().
class ForkServer {
 public:
  struct Options {
    std::string languages;  ///< warmed before the first unit; "" none
    bool strict = false;
  };

  /// Warms the readers, says Hello on `control` and serves until its end. Returns the program's exit code.
  static int serve(Fd control, const Options& options);

 private:
  using Clock = std::chrono::steady_clock;

  struct Child {
    pid_t pid = -1;
    Fd life;  ///< pidfd: readable when it has ended
    Fd end;   ///< to the worker's thread, who kills the child by closing its side
    Clock::time_point deadline;
    bool killed = false;
    bool timed_out = false;
  };

  ForkServer(Fd control, Sandbox sandbox) : control_(std::move(control)), sandbox_(std::move(sandbox)) {}

  void loop();
  bool take_jobs();
  void start_unit(Packet packet);
  Result<void> warm(const std::string& languages);
  Result<Child> fork_child(const wire::RequestHead& head, const Packet& packet, wire::JobFiles files);
  [[noreturn]] void be_child(const wire::RequestHead& head, const Packet& packet, wire::JobFiles files,
                             std::uint64_t mapped, pid_t parent) const;
  void look_after(Child& child, short life_events, short end_events);
  void reap(Child& child, bool wait) noexcept;
  [[nodiscard]] int patience() const;

  Fd control_;
  Sandbox sandbox_;
  std::vector<Child> children_;
  std::set<std::string> warmed_;
  void* const heap_begin_ = ::sbrk(0);  ///< of what is warmed
};

}  // namespace docket::engine
