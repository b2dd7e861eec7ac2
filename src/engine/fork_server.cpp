#include "engine/fork_server.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // glibc 2.36 has forgotten it
#include <sys/pidfd.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "base/version.h"
#include "engine/model/reader.h"
#include "engine/readers/open_document.h"
#include "engine/unit.h"
#include "sandbox/oom_score.h"

namespace docket::engine {
namespace {

// A child's descriptors: 0, 1 and 2 are /dev/null, as the server's own.
constexpr int unit_descriptor = 3;
constexpr int input_descriptor = 4;
constexpr int output_descriptor = 5;
constexpr int pages_descriptor = 6;
constexpr int beyond_child_descriptors = 7;
constexpr int out_of_the_way = 64;

constexpr int unit_niceness = 10;

// In the order in which they come with a unit; output, pages and documents follow.
enum : std::size_t { at_request, at_unit, at_end, at_input, at_first_output };

/// Ends at once, without a message; for the children, which must not run the server's destructors and exit handlers.
[[noreturn]] void leave(int code) {
  ::_exit(code);
}

[[noreturn]] void on_new_failed() {
  leave(wire::exit_out_of_memory);
}

/// Poppler's allocators abort where there is no memory left; the C library's has set errno then.
void on_abort(int /*signal*/) {
  if (errno == ENOMEM) {
    leave(wire::exit_out_of_memory);
  }
  // Else abort() goes on with the default action.
}

/// The first `most` bytes of a file, or all if it is shorter.
Result<std::string> read_file(int fd, std::size_t most) {
  struct stat file {};
  if (::fstat(fd, &file) != 0) {
    return fail_errno("fstat", errno);
  }
  std::string bytes(std::min(most, static_cast<std::size_t>(file.st_size)), '\0');
  for (std::size_t have = 0; have < bytes.size();) {
    const auto size = ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (size == 0 || (size < 0 && errno != EINTR)) {
      return fail_errno("pread", size == 0 ? EIO : errno);
    }
    have += size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  return bytes;
}

/// Puts descriptor `source` on number `target` for good, not close-on-exec (there is no exec).
bool put_on(int source, int target) {
  return ::dup2(source, target) == target;
}

/// Closes all descriptors from `first` on but these.
bool close_others(int first, std::vector<int> kept) {
  std::ranges::sort(kept);
  auto from = static_cast<unsigned>(first);
  for (const int descriptor : kept) {
    const auto number = static_cast<unsigned>(descriptor);
    if (number > from && ::close_range(from, number - 1, 0) != 0) {
      return false;
    }
    from = number + 1;
  }
  return ::close_range(from, ~0U, 0) == 0;
}

/// Leaves the child its own descriptors, those that every unit may have on their fixed numbers, and `kept` (-1 none).
/// Returns what it has.
Result<UnitDescriptors> arrange_descriptors(const std::vector<Fd>& given, wire::JobFiles files, int kept) {
  UnitDescriptors mine{.unit = unit_descriptor, .input = input_descriptor};
  std::vector<std::pair<int, int>> moves{{given[at_unit].get(), mine.unit}, {given[at_input].get(), mine.input}};
  std::size_t next = at_first_output;
  if (files.output) {
    mine.output = output_descriptor;
    moves.emplace_back(given[next++].get(), mine.output);
  }
  if (files.pages) {
    mine.pages = pages_descriptor;
    moves.emplace_back(given[next++].get(), mine.pages);
  }
  // First out of each other's way: a source may lie on another's target.
  for (auto& [source, target] : moves) {
    source = ::fcntl(source, F_DUPFD_CLOEXEC, out_of_the_way);
    if (source < 0) {
      return fail_errno("fcntl", errno);
    }
  }
  std::vector<int> others;
  for (; next < given.size(); ++next) {
    const int document = ::fcntl(given[next].get(), F_DUPFD_CLOEXEC, out_of_the_way);
    if (document < 0) {
      return fail_errno("fcntl", errno);
    }
    mine.documents.push_back(document);
    others.push_back(document);
  }
  ::close_range(unit_descriptor, pages_descriptor, 0);
  for (const auto& [source, target] : moves) {
    if (!put_on(source, target)) {
      return fail_errno("dup2", errno);
    }
  }
  if (kept >= 0) {
    others.push_back(kept);
  }
  if (!close_others(beyond_child_descriptors, std::move(others))) {
    return fail_errno("close_range", errno);
  }
  return mine;
}

/// Lets memory consist of huge pages, where the kernel can (Linux 6.1): a fork copies one entry of the page table for
/// each instead of 512, and a child's end drops as few.
void collapse(void* begin, void* end) noexcept {
#ifndef MADV_COLLAPSE  // glibc 2.36 has not heard of it
  constexpr int MADV_COLLAPSE = 25;
#endif
  constexpr std::size_t huge = std::size_t{2} << 20U;
  auto room = static_cast<std::size_t>(static_cast<char*>(end) - static_cast<char*>(begin));
  if (std::align(huge, huge, begin, room) != nullptr) {
    ::madvise(begin, room / huge * huge, MADV_COLLAPSE);  // or it stays as it is
  }
}

/// Why this server could not serve; its worker reads it in the Hello.
wire::Hello unable(const Error& error) {
  return {.version = std::string(version), .error = error.detail, .sandbox = {}};
}

std::size_t expected_descriptors(wire::JobFiles files) {
  return at_first_output + (files.output ? 1U : 0U) + (files.pages ? 1U : 0U) + files.documents;
}

}  // namespace

int ForkServer::serve(Fd control, const Options& options) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::chdir("/") != 0) {
    static_cast<void>(send_packet(control.get(), wire::encode(unable({ErrorCode::io, "prctl or chdir failed"}))));
    return EXIT_FAILURE;
  }
  ::umask(077);
  auto sandbox = Sandbox::prepare(reader_folders(), options.strict);
  if (!sandbox) {
    static_cast<void>(send_packet(control.get(), wire::encode(unable(sandbox.error()))));
    return EXIT_SUCCESS;
  }
  // A language without a model is an error of the units that name it: others can be done. `nginx -t` has looked.
  ForkServer server(std::move(control), std::move(*sandbox));
  static_cast<void>(server.warm(options.languages));
  const wire::Hello hello{.version = std::string(version), .error = {}, .sandbox = server.sandbox_.description()};
  if (send_packet(server.control_.get(), wire::encode(hello))) {
    server.loop();
  }
  return EXIT_SUCCESS;
}

Result<void> ForkServer::warm(const std::string& languages) {
  if (warmed_.contains(languages)) {
    return {};
  }
  if (auto warmed = warm_readers(languages); !warmed) {
    return warmed;
  }
  warmed_.insert(languages);
  ::malloc_trim(0);  // what reading the models left behind would be every child's, too
  collapse(heap_begin_, ::sbrk(0));
  return {};
}

void ForkServer::loop() {
  for (;;) {
    std::vector<pollfd> waiting{{.fd = control_.get(), .events = POLLIN, .revents = 0}};
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
    if (waiting[0].revents != 0 && !take_jobs()) {
      break;
    }
  }
  for (auto& child : children_) {
    ::kill(child.pid, SIGKILL);
    reap(child, true);
  }
}

/// Milliseconds until the next deadline, as poll() takes them; -1 without children.
int ForkServer::patience() const {
  auto next = Clock::time_point::max();
  for (const auto& child : children_) {
    next = child.killed ? next : std::min(next, child.deadline);
  }
  if (next == Clock::time_point::max()) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void ForkServer::look_after(Child& child, short life_events, short end_events) {
  if (life_events != 0) {
    reap(child, false);
    return;
  }
  if (child.killed) {
    return;
  }
  child.timed_out = Clock::now() >= child.deadline;
  // The worker sends nothing there: whatever happens on the end socket is its end.
  if (child.timed_out || end_events != 0) {
    child.killed = true;
    ::kill(child.pid, SIGKILL);
  }
}

/// Takes the child's end from the kernel and tells it. `child.pid` is -1 afterwards, unless it has not ended.
void ForkServer::reap(Child& child, bool wait) noexcept {
  int status = 0;
  pid_t reaped = -1;
  while ((reaped = ::waitpid(child.pid, &status, wait ? 0 : WNOHANG)) < 0 && errno == EINTR) {
  }
  if (reaped == 0) {
    return;
  }
  child.pid = -1;
  const wire::Ended ended{
      .wait_status = status,
      .timed_out = child.timed_out,
      .out_of_memory = WIFEXITED(status) && WEXITSTATUS(status) == wire::exit_out_of_memory,
  };
  try {
    // Who does not listen any more does not want to know.
    static_cast<void>(send_packet(child.end.get(), wire::encode(ended), {}, false));
  } catch (const std::bad_alloc&) {
    child.end.reset();  // the worker takes us for lost, and begins anew
  }
}

/// Takes all that waits on the control socket. False at its end.
bool ForkServer::take_jobs() {
  for (;;) {
    auto packet = receive_packet(control_.get(), wire::max_message, wire::max_job_descriptors);
    if (!packet) {
      if (packet.error().code != ErrorCode::bad_record) {
        return false;
      }
      continue;  // not one of ours; its unit is handed back, since its sockets are closed
    }
    switch (packet->kind) {
      case Packet::Kind::nothing:
        return true;
      case Packet::Kind::end:
        return false;
      case Packet::Kind::message:
        start_unit(std::move(*packet));
    }
  }
}

/// Starts a child for a unit. What is wrong with the message or the machine closes the unit's sockets: the worker
/// takes the unit back. What is wrong with the request is told as the document's fault.
void ForkServer::start_unit(Packet packet) {
  const auto files = wire::decode_job_message(packet.bytes);
  if (!files || packet.descriptors.size() != expected_descriptors(*files)) {
    return;
  }
  const auto first_bytes = read_file(packet.descriptors[at_request].get(), wire::max_head);
  const auto head = first_bytes ? wire::decode_request_head(*first_bytes) : pass_on(first_bytes);
  if (!head) {
    return;
  }
  if (head->ocr != OcrMode::off && head->kind != UnitKind::assemble) {
    if (const auto warmed = warm(head->languages); !warmed) {
      const wire::Refused refused{{ErrorCode::bad_option, warmed.error().detail}};
      static_cast<void>(send_packet(packet.descriptors[at_unit].get(), wire::encode(refused), {}, false));
      static_cast<void>(send_packet(packet.descriptors[at_end].get(), wire::encode(wire::Ended{}), {}, false));
      return;
    }
  }
  auto child = fork_child(*head, packet, *files);
  if (child) {
    children_.push_back(std::move(*child));
  }
}

Result<ForkServer::Child> ForkServer::fork_child(const wire::RequestHead& head, const Packet& packet,
                                                 wire::JobFiles files) {
  const auto mapped = mapped_bytes();
  if (!mapped) {
    return pass_on(mapped);
  }
  const auto parent = ::getpid();
  Child child;
  child.deadline = Clock::now() + std::chrono::milliseconds(head.limits.unit_ms);
  child.end = Fd(::fcntl(packet.descriptors[at_end].get(), F_DUPFD_CLOEXEC, 0));
  child.pid = child.end ? ::fork() : -1;
  if (child.pid == 0) {
    be_child(head, packet, files, *mapped, parent);
  }
  if (child.pid < 0) {
    return fail_errno("fork", errno);
  }
  child.life = Fd(::pidfd_open(child.pid, 0));
  if (!child.life) {
    const auto error = fail_errno("pidfd_open", errno);
    ::kill(child.pid, SIGKILL);
    reap(child, true);
    return error;
  }
  return child;
}

void ForkServer::be_child(const wire::RequestHead& head, const Packet& packet, wire::JobFiles files,
                          std::uint64_t mapped, pid_t parent) const {
  // A server that is killed takes its children with it. It may be gone already.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || ::getppid() != parent) {
    leave(wire::exit_worker_gone);
  }
  ::prctl(PR_SET_NAME, "docket-unit", 0, 0, 0);
  // The processes that serve clients come first: a unit uses the processor time that they leave.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, unit_niceness));
  offer_for_oom();
  std::set_new_handler(on_new_failed);
  ::signal(SIGABRT, on_abort);
  ::signal(SIGXFSZ, SIG_IGN);  // write() says EFBIG

  const auto bytes = read_file(packet.descriptors[at_request].get(), SIZE_MAX);
  const auto request = bytes ? wire::decode_request(*bytes) : pass_on(bytes);
  if (!request) {
    leave(wire::exit_bad_request);
  }
  const auto descriptors = arrange_descriptors(packet.descriptors, files, sandbox_.ruleset());
  const ResourceLimits limits{.address_space = mapped + head.limits.memory, .cpu_seconds = head.limits.cpu_seconds};
  if (!descriptors || !limit_resources(limits) || !sandbox_.enter()) {
    leave(wire::exit_no_sandbox);
  }
  try {
    run_unit(*request, *descriptors);
  } catch (const std::bad_alloc&) {
    leave(wire::exit_out_of_memory);
  }
}

}  // namespace docket::engine
