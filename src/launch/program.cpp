#include "launch/program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/sandbox.h"

namespace docket::launch {
namespace {

constexpr int progress_descriptor = 3;
constexpr rlim_t most_descriptors = 1024;
// As of a control group (control_group.cpp), but of all programs of a launcher together: a stop for fork bombs.
constexpr rlim_t most_processes_of_all = 4096;

struct Pipe {
  Fd from;
  Fd to;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail_errno("pipe2", errno);
  }
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// What a program has, in the order of its descriptors, and a pipe by which its process says why it could not become
/// the program.
struct Descriptors {
  Fd input;
  Pipe output;
  Pipe error;
  Pipe progress;
  Pipe verdict;
};

Result<void> become(const Request& request, const ProgramStart& start, const Descriptors& descriptors, pid_t parent) {
  ::setsid();
  // In a PID namespace the supervisor's end is everybody's. Elsewhere it is the first process's, at least, unless the
  // supervisor has ended already.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || ::getppid() != parent) {
    return fail_errno("prctl", ESRCH);
  }
  if (start.group >= 0 && ::write(start.group, "0", 1) != 1) {
    return fail_errno("write cgroup.procs", errno);
  }
  ::umask(077);
  if (::chdir(request.folder.c_str()) != 0) {
    return fail_errno("chdir " + request.folder, errno);
  }
  const std::array sources{descriptors.input.get(), descriptors.output.to.get(), descriptors.error.to.get(),
                           descriptors.progress.to.get()};
  for (int target = 0; target <= progress_descriptor; ++target) {
    // None of the sources is a target: see start_program().
    if (::dup2(sources[static_cast<std::size_t>(target)], target) != target) {
      return fail_errno("dup2", errno);
    }
  }
  if (::close_range(progress_descriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    return fail_errno("close_range", errno);
  }
  if (auto dropped = drop_capabilities(); !dropped) {
    return dropped;
  }
  return start.confinement.enter(request, start.own_proc);
}

/// The last of it: the memory limit counts what this process has mapped, too.
Result<void> limit(const Request& request, const ProgramStart& start) {
  auto done = lower_limit(RLIMIT_CORE, 0, 0);
  done = done ? lower_limit(RLIMIT_NOFILE, most_descriptors, most_descriptors) : done;
  if (done && start.counts_processes) {
    done = lower_limit(RLIMIT_NPROC, most_processes_of_all, most_processes_of_all);
  }
  if (done && request.file_size > 0) {
    done = lower_limit(RLIMIT_FSIZE, request.file_size, request.file_size);
  }
  if (done && request.cpu_seconds > 0) {
    done = lower_limit(RLIMIT_CPU, request.cpu_seconds, rlim_t{request.cpu_seconds} + 1);
  }
  return done && request.memory > 0 ? lower_limit(RLIMIT_DATA, request.memory, request.memory) : done;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void be_program(const Request& request, const ProgramStart& start, const Descriptors& descriptors,
                             pid_t parent) {
  auto arguments = request.arguments;
  auto environment = request.environment;
  const auto is_tmpdir = [](const std::string& variable) { return variable.starts_with("TMPDIR="); };
  if (std::ranges::none_of(environment, is_tmpdir)) {
    environment.push_back("TMPDIR=" + request.folder + "/tmp");
  }
  const auto argument_pointers = pointers_to(arguments);
  const auto environment_pointers = pointers_to(environment);

  auto done = become(request, start, descriptors, parent);
  if (done) {
    done = limit(request, start);
  }
  if (done) {
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::execve(arguments.front().c_str(), argument_pointers.data(), environment_pointers.data());
    done = fail_errno("execve", errno);
  }
  const auto& why = done.error().detail;
  const bool told = ::write(descriptors.verdict.to.get(), why.data(), why.size()) == static_cast<ssize_t>(why.size());
  ::_exit(told ? 1 : 2);
}

/// Empty once the program runs.
std::string read_verdict(int verdict) {
  std::string why;
  std::array<char, 512> bytes{};
  for (;;) {
    const auto size = ::read(verdict, bytes.data(), bytes.size());
    if (size > 0) {
      why.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return why;
    }
  }
}

Result<Descriptors> make_descriptors() {
  Descriptors made;
  for (auto* pipe : {&made.output, &made.error, &made.progress, &made.verdict}) {
    auto ends = make_pipe();
    if (!ends) {
      return pass_on(ends);
    }
    *pipe = std::move(*ends);
  }
  return made;
}

}  // namespace

Result<StartedProgram> start_program(const Request& request, const ProgramStart& start) {
  auto descriptors = make_descriptors();
  if (!descriptors) {
    return pass_on(descriptors);
  }
  StartedProgram program;
  if (request.stays) {
    auto input = make_pipe();
    if (!input) {
      return pass_on(input);
    }
    descriptors->input = std::move(input->from);
    program.pipes.input = std::move(input->to);
  } else {
    descriptors->input = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!descriptors->input) {
      return fail_errno("open /dev/null", errno);
    }
  }
  const auto parent = ::getpid();
  program.pid = ::fork();
  if (program.pid == 0) {
    be_program(request, start, *descriptors, parent);
  }
  if (program.pid < 0) {
    return fail_errno("fork", errno);
  }
  descriptors->verdict.to.reset();
  if (const auto why = read_verdict(descriptors->verdict.from.get()); !why.empty()) {
    ::waitpid(program.pid, nullptr, 0);
    return fail(ErrorCode::command_failed, "cannot start " + request.arguments.front() + ": " + why);
  }
  program.pipes.output = std::move(descriptors->output.from);
  program.pipes.error = std::move(descriptors->error.from);
  program.pipes.progress = std::move(descriptors->progress.from);
  for (const auto* ours :
       {&program.pipes.input, &program.pipes.output, &program.pipes.error, &program.pipes.progress}) {
    if (*ours && ::fcntl(ours->get(), F_SETFL, O_NONBLOCK) != 0) {
      return fail_errno("fcntl", errno);
    }
  }
  return program;
}

}  // namespace docket::launch
