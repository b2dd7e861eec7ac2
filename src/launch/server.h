// The server: forks a supervisor for each program, waits for it and says that it has ended.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "launch/confinement.h"
#include "launch/control_group.h"
#include "launch/nursery.h"
#include "launch/supervisor.h"
#include "protocol/launch.h"
#include "protocol/seqpacket.h"

namespace docket::launch {

/// One a docket-launch process, on its only thread. Owns the control socket and the supervisors: none outlives serve().
class Server {
 public:
  /// Says Hello on `control` and serves until its end. Returns the program's exit code. `strict`: it does not serve
  /// where the kernel cannot close programs in.
  static int serve(Fd control, bool strict);

 private:
  using Clock = std::chrono::steady_clock;

  struct Child {
    pid_t pid = -1;
    Fd life;  ///< pidfd: readable when it has ended
    Fd end;   ///< to the worker's thread, who kills the supervisor by closing its side
    std::optional<ControlGroup> group;
    std::optional<Clock::time_point> deadline;  ///< far behind its own
    bool killed = false;
    bool timed_out = false;
  };

  Server(Fd control, Confinement confinement);

  void loop();
  bool take_requests();
  void start(Packet packet);
  [[noreturn]] void be_supervisor(Request request, Packet packet, int group);
  void look_after(Child& child, short life_events, short end_events);
  void reap(Child& child, bool wait);
  [[nodiscard]] int patience() const;

  Fd control_;
  const Confinement confinement_;
  const Nursery nursery_;
  const ControlGroups groups_;
  const Fd self_;  ///< pidfd of the server
  std::vector<Child> children_;
};

}  // namespace docket::launch
