// A process that is held when it is about to end.
#pragma once

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <future>
#include <thread>

namespace docket::engine::test {

/// Holds the next child of a server when it is about to end by itself: where it enters exit_group(2), stopped by its
/// tracer, ptrace(2). All requests to a traced process come from one thread.
class HeldExit {
 public:
  explicit HeldExit(pid_t server) : tracer_([this, server] { trace(server); }) { seized_.get_future().wait(); }

  /// This process may trace no other.
  [[nodiscard]] bool is_refused() const { return refused_; }
  /// Waits until the child is gone; it, if it was held.
  pid_t join() {
    tracer_.join();
    return held_;
  }

 private:
  void trace(pid_t server) {
    const bool seized = ::ptrace(PTRACE_SEIZE, server, nullptr, PTRACE_O_TRACEFORK | PTRACE_O_TRACESYSGOOD) == 0;
    refused_ = !seized && errno == EPERM;
    seized_.set_value();
    if (const auto child = seized ? forked_by(server) : 0; child > 0) {
      follow(child);
    }
  }

  /// The child that the server forks next, which is traced from its first instruction on; the server is let go.
  static pid_t forked_by(pid_t server) {
    for (int status = 0; ::waitpid(server, &status, __WALL) == server && WIFSTOPPED(status);) {
      unsigned long child = 0;
      if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_FORK << 8)) &&
          ::ptrace(PTRACE_GETEVENTMSG, server, nullptr, &child) == 0) {
        ::ptrace(PTRACE_DETACH, server, nullptr, nullptr);
        return static_cast<pid_t>(child);
      }
      ::ptrace(PTRACE_CONT, server, nullptr, nullptr);
    }
    return 0;
  }

  void follow(pid_t child) {
    for (int status = 0; ::waitpid(child, &status, __WALL) == child && WIFSTOPPED(status);) {
      __ptrace_syscall_info call{};
      const bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
      if (is_call && ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(call), &call) > 0 &&
          call.op == PTRACE_SYSCALL_INFO_ENTRY && call.entry.nr == SYS_exit_group) {
        held_ = child;
      } else {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
      }
    }
  }

  std::promise<void> seized_;
  bool refused_ = false;
  pid_t held_ = 0;
  std::jthread tracer_;
};

}  // namespace docket::engine::test
