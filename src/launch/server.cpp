#include "launch/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // glibc 2.36 has forgotten it
#include <sys/pidfd.h>
}

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/version.h"
#include "protocol/wire.h"

namespace docket::launch {
namespace {

// In the order in which they come with a request.
enum : std::size_t { at_request, at_socket, at_end, at_log, at_result, with_files };

constexpr int program_niceness = 10;
constexpr std::size_t most_request = std::size_t{16} << 20U;
// A supervisor ends its program in time. One that was stopped, by a program that could, does not.
constexpr std::chrono::seconds supervisor_patience{10};

/// All of a memfd.
Result<std::string> read_request(int fd) {
  struct stat file {};
  if (::fstat(fd, &file) != 0 || file.st_size < 0 || static_cast<std::size_t>(file.st_size) > most_request) {
    return fail(ErrorCode::bad_record, "a request that is too long");
  }
  std::string bytes(static_cast<std::size_t>(file.st_size), '\0');
  for (std::size_t have = 0; have < bytes.size();) {
    const auto size = ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (size == 0 || (size < 0 && errno != EINTR)) {
      return fail_errno("pread", size == 0 ? EIO : errno);
    }
    have += size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  return bytes;
}

/// Tells the worker of a program that there is none.
void refuse(const Packet& packet, std::string why) {
  const Exited exited{.why = Exited::Why::refused, .tail = std::move(why)};
  static_cast<void>(send_packet(packet.descriptors[at_socket].get(), encode(exited), {}, false));
  static_cast<void>(send_packet(packet.descriptors[at_end].get(), wire::encode(wire::Ended{}), {}, false));
}

/// Why a request cannot be followed; empty if it can.
std::string fault_of(const Request& request, const Confinement& confinement) {
  if (!request.arguments.front().starts_with('/') || !request.folder.starts_with('/')) {
    return "a program and its folder are given by absolute paths";
  }
  return request.strict ? confinement.missing() : std::string();
}

/// What we ignore, programs would, too, whoever started us.
void restore_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction present {};
    if (::sigaction(number, nullptr, &present) == 0 && present.sa_handler == SIG_IGN) {
      ::signal(number, SIG_DFL);
    }
  }
}

wire::Hello greeting() {
  wire::Hello hello;
  hello.protocol = protocol_version;
  hello.version = version;
  return hello;
}

/// Standard descriptors, if only to /dev/null: others must not get their numbers.
bool fill_standard_descriptors() {
  Fd opened;
  do {
    static_cast<void>(opened.release());
    opened = Fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  } while (opened && opened.get() <= STDERR_FILENO);
  return static_cast<bool>(opened);
}

}  // namespace

Server::Server(Fd control, Confinement confinement)
    : control_(std::move(control)),
      confinement_(std::move(confinement)),
      nursery_(Nursery::prepare()),
      groups_(ControlGroups::prepare()),
      self_(::pidfd_open(::getpid(), 0)) {}

int Server::serve(Fd control, bool strict) {
  restore_signals();
  auto hello = greeting();
  auto confinement = Confinement::prepare(strict);
  if (!confinement || !fill_standard_descriptors() || ::chdir("/") != 0 ||
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    hello.error = confinement ? "it cannot be set up" : confinement.error().detail;
    static_cast<void>(send_packet(control.get(), wire::encode(hello)));
    return EXIT_SUCCESS;
  }
  Server server(std::move(control), std::move(*confinement));
#ifndef __SANITIZE_ADDRESS__             // whose search for leaks looks into the process from another
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // programs are of the same user
#endif
  if (!server.self_) {
    hello.error = "the kernel has no pidfd_open";
  }
  hello.sandbox = server.confinement_.description() + ", " + server.nursery_.description() +
                  (server.groups_.usable() ? ", control groups" : "");
  if (send_packet(server.control_.get(), wire::encode(hello)) && hello.error.empty()) {
    server.loop();
  }
  return EXIT_SUCCESS;
}

void Server::loop() {
  std::vector<pollfd> waiting;
  for (;;) {
    waiting.assign(1, {.fd = control_.get(), .events = POLLIN, .revents = 0});
    for (const auto& child : children_) {
      waiting.push_back({.fd = child.life.get(), .events = POLLIN, .revents = 0});
      waiting.push_back({.fd = child.killed ? -1 : child.end.get(), .events = POLLIN | POLLRDHUP, .revents = 0});
    }
    if (::poll(waiting.data(), waiting.size(), patience()) < 0 && errno != EINTR) {
      break;
    }
    for (std::size_t i = 0; i < children_.size(); ++i) {
      look_after(children_[i], waiting[1 + 2 * i].revents, waiting[2 + 2 * i].revents);
    }
    std::erase_if(children_, [](const Child& child) { return child.pid < 0; });
    if (waiting[0].revents != 0 && !take_requests()) {
      break;
    }
  }
  for (auto& child : children_) {
    ::kill(child.pid, SIGKILL);
  }
  for (auto& child : children_) {
    reap(child, true);
  }
}

/// Milliseconds until the next deadline, as poll() takes them.
int Server::patience() const {
  auto next = Clock::time_point::max();
  for (const auto& child : children_) {
    next = child.killed || !child.deadline ? next : std::min(next, *child.deadline);
  }
  if (next == Clock::time_point::max()) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void Server::look_after(Child& child, short life_events, short end_events) {
  if (life_events != 0) {
    reap(child, false);
    return;
  }
  if (child.killed) {
    return;
  }
  child.timed_out = child.deadline && Clock::now() >= *child.deadline;
  // The worker sends nothing there: whatever happens on the end socket is its end.
  if (child.timed_out || end_events != 0) {
    child.killed = true;
    ::kill(child.pid, SIGKILL);
  }
}

/// Takes the supervisor's end from the kernel, ends what it could not end itself, and tells it. `child.pid` is -1
/// afterwards, unless it has not ended.
void Server::reap(Child& child, bool wait) {
  int status = 0;
  pid_t reaped = -1;
  while ((reaped = ::waitpid(child.pid, &status, wait ? 0 : WNOHANG)) < 0 && errno == EINTR) {
  }
  if (reaped == 0) {
    return;
  }
  child.pid = -1;
  if (nursery_.kinship() == Kinship::subreaper && status != 0) {
    std::vector<pid_t> others;
    for (const auto& other : children_) {
      others.push_back(other.pid);
    }
    kill_orphans(others);
  }
  child.group.reset();
  const wire::Ended ended{.wait_status = status, .timed_out = child.timed_out, .out_of_memory = false};
  // Who does not listen any more does not want to know.
  static_cast<void>(send_packet(child.end.get(), wire::encode(ended), {}, false));
}

/// Takes all that waits on the control socket. False at its end.
bool Server::take_requests() {
  for (;;) {
    auto packet = receive_packet(control_.get(), 1, with_files);
    if (!packet) {
      if (packet.error().code != ErrorCode::bad_record) {
        return false;
      }
      continue;  // not one of ours; its sockets are closed
    }
    switch (packet->kind) {
      case Packet::Kind::nothing:
        return true;
      case Packet::Kind::end:
        return false;
      case Packet::Kind::message:
        start(std::move(*packet));
    }
  }
}

/// Starts a supervisor. What is no request of ours closes the sockets: the worker sees that nothing came of it.
void Server::start(Packet packet) {
  if (packet.bytes.front() != start_message || packet.descriptors.size() <= at_end) {
    return;
  }
  const auto bytes = read_request(packet.descriptors[at_request].get());
  auto request = bytes ? decode_request(*bytes) : pass_on(bytes);
  if (!request || packet.descriptors.size() != (request->stays ? at_log : with_files)) {
    return;
  }
  if (auto fault = fault_of(*request, confinement_); !fault.empty()) {
    return refuse(packet, std::move(fault));
  }
  Child child;
  child.end = std::move(packet.descriptors[at_end]);
  child.group = groups_.make(request->memory);
  if (!request->stays && request->time_ms > 0) {
    child.deadline = Clock::now() + std::chrono::milliseconds(request->time_ms) +
                     std::chrono::milliseconds(request->grace_ms) + supervisor_patience;
  }
  auto forked = nursery_.fork_child();
  if (!forked) {
    packet.descriptors[at_end] = std::move(child.end);
    return refuse(packet, forked.error().detail);
  }
  if (forked->pid == 0) {
    be_supervisor(std::move(*request), std::move(packet), child.group ? child.group->processes() : -1);
  }
  child.pid = forked->pid;
  child.life = std::move(forked->life);
  children_.push_back(std::move(child));
}

void Server::be_supervisor(Request request, Packet packet, int group) {
  const bool is_first = nursery_.kinship() == Kinship::pid_namespace;
  // A server that is killed takes us with it. It may be gone already, which its pidfd says in any namespace.
  if (is_first) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  } else {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }
  pollfd server{.fd = self_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&server, 1, 0) != 0) {
    ::_exit(1);
  }
  ::prctl(PR_SET_NAME, "docket-program", 0, 0, 0);
  // The processes that serve clients come first: programs, and who reads what they write, use the time that they leave.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, program_niceness));
  // The server's own is not ours: nobody else may hold its sockets open. The control socket's number stays in use.
  for (auto& child : children_) {
    child.life.reset();
    child.end.reset();
  }
  static_cast<void>(::dup3(STDIN_FILENO, control_.get(), O_CLOEXEC));
  Supervisor::Files files;
  files.socket = std::move(packet.descriptors[at_socket]);
  if (!request.stays) {
    files.log = std::move(packet.descriptors[at_log]);
    files.result = std::move(packet.descriptors[at_result]);
  }
  files.server = is_first ? -1 : self_.get();
  packet.descriptors.clear();
  const bool own_proc = nursery_.furnish(request.folder + "/tmp");
  Supervisor supervisor(std::move(request), std::move(files), nursery_.kinship());
  supervisor.run({.confinement = confinement_,
                  .own_proc = own_proc,
                  .counts_processes = nursery_.counts_own_processes(),
                  .group = group});
  ::_exit(EXIT_SUCCESS);
}

}  // namespace docket::launch
