#include "launch/launch_fixture.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

namespace docket::launch::test {
namespace {

using engine::test::children_of;

constexpr uid_t nobody = 65534;

/// What containers let their processes do with namespaces.
bool forbid_namespaces() {
  scmp_filter_ctx context = ::seccomp_init(SCMP_ACT_ALLOW);
  const scmp_arg_cmp new_pids{0, SCMP_CMP_MASKED_EQ, CLONE_NEWPID, CLONE_NEWPID};
  const bool done = ::seccomp_rule_add_array(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &new_pids) == 0 &&
                    ::seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
                    ::seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 0) == 0 &&
                    ::seccomp_load(context) == 0;
  ::seccomp_release(context);
  return done;
}

bool forbid_landlock() {
  scmp_filter_ctx context = ::seccomp_init(SCMP_ACT_ALLOW);
  const bool done = ::seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) == 0 &&
                    ::seccomp_load(context) == 0;
  ::seccomp_release(context);
  return done;
}

bool become_nobody() {
  return ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
         ::setresuid(nobody, nobody, nobody) == 0;
}

[[noreturn]] void be_server(int control, int program, Surroundings surroundings,
                            const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  std::string name = "docket-launch";
  std::string serve = "--serve";
  pointers.push_back(name.data());
  pointers.push_back(serve.data());
  for (const auto& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  ::dup2(control, wire::control_descriptor);
  ::dup2(::open("/dev/null", O_RDWR), STDIN_FILENO);
  ::dup2(STDIN_FILENO, STDOUT_FILENO);
  const bool ready = (surroundings != Surroundings::user || become_nobody()) &&
                     (surroundings < Surroundings::none || forbid_namespaces()) &&
                     (surroundings != Surroundings::no_landlock || forbid_landlock());
  // By its descriptor: the folder that it is in need not be everybody's.
  if (ready) {
    ::syscall(SYS_execveat, program, "", pointers.data(), environ, AT_EMPTY_PATH);
  }
  ::_exit(127);
}

}  // namespace

int Done::exit_code() const {
  return exited && WIFEXITED(exited->wait_status) ? WEXITSTATUS(exited->wait_status) : -1;
}
int Done::signal() const {
  return exited && WIFSIGNALED(exited->wait_status) ? WTERMSIG(exited->wait_status) : 0;
}
std::vector<std::string> Done::lines() const {
  std::vector<std::string> all;
  for (const auto& some : log_lines) {
    all.insert(all.end(), some.lines.begin(), some.lines.end());
  }
  return all;
}
std::uint32_t Done::left_out() const {
  std::uint32_t sum = 0;
  for (const auto& some : log_lines) {
    sum += some.left_out;
  }
  return sum;
}

std::ostream& operator<<(std::ostream& out, const Done& done) {
  if (!done.exited) {
    return out << "no word of its end";
  }
  return out << "why " << static_cast<int>(done.exited->why) << ", status " << done.exited->wait_status << ", tail '"
             << done.exited->tail << "', result '" << done.result.substr(0, 500) << "'";
}

std::optional<FromSupervisor> Running::next() {
  pollfd waiting{.fd = socket.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, 60'000) <= 0) {
    return std::nullopt;
  }
  const auto packet = receive_packet(socket.get(), wire::max_message);
  if (!packet || packet->kind != Packet::Kind::message) {
    return std::nullopt;
  }
  auto message = decode_from_supervisor(packet->bytes);
  EXPECT_TRUE(message) << "a message that cannot be decoded";
  return message ? std::optional(std::move(*message)) : std::nullopt;
}

void Running::note(const FromSupervisor& message) {
  if (const auto* progress = std::get_if<Progress>(&message)) {
    done.progress.push_back(*progress);
  } else if (const auto* lines = std::get_if<LogLines>(&message)) {
    done.log_lines.push_back(*lines);
  } else if (const auto* exited = std::get_if<Exited>(&message)) {
    done.exited = *exited;
  }
}

std::optional<wire::Ended> Running::await_ended() {
  pollfd waiting{.fd = end.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, 60'000) <= 0) {
    return std::nullopt;
  }
  const auto packet = receive_packet(end.get(), wire::max_message);
  if (!packet || packet->kind != Packet::Kind::message) {
    return std::nullopt;
  }
  const auto ended = wire::decode_ended(packet->bytes);
  return ended ? std::optional(*ended) : std::nullopt;
}

Done Running::finish() {
  while (!done.exited) {
    auto message = next();
    if (!message) {
      break;
    }
    note(*message);
  }
  done.ended = await_ended();
  EXPECT_TRUE(done.ended) << "the server does not tell the end";
  done.log = slurp(log);
  done.result = slurp(result);
  return done;
}

void LaunchTest::SetUpTestSuite() {
  // Orphans of ours become our children: so the server, whose intermediate ends at once, can be found.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
}

void LaunchTest::SetUp() {
  if (GetParam() == Surroundings::user && ::geteuid() != 0) {
    GTEST_SKIP() << "whoever runs this has no privileges anyway";
  }
  std::string pattern = (fs::temp_directory_path() / "docket-launch-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  root_ = pattern;
  fs::permissions(root_, fs::perms::all);
  serve(GetParam());
}

void LaunchTest::TearDown() {
  control_.reset();
  // No server outlives its worker.
  constexpr int leaks_were_found = 23;  // LeakSanitizer's exit code
  while (!children_of(::getpid(), "docket-launch").empty()) {
    int status = 0;
    ASSERT_GT(::waitpid(-1, &status, 0), 0);
    EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == leaks_were_found);
  }
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  EXPECT_TRUE(root_.empty() || marked(root_.filename().string()).empty()) << "a process is left";
  if (!root_.empty()) {
    std::error_code error;
    fs::remove_all(root_, error);
  }
}

void LaunchTest::serve(Surroundings surroundings, const std::vector<std::string>& arguments) {
  auto pair = make_packet_pair();
  ASSERT_TRUE(pair);
  const Fd program(::open(DOCKET_LAUNCH_PROGRAM, O_PATH | O_CLOEXEC));
  ASSERT_TRUE(program);
  const auto intermediate = ::fork();
  if (intermediate == 0) {
    // Out of the way of the number that it gets.
    be_server(::fcntl(pair->there.get(), F_DUPFD, 64), ::fcntl(program.get(), F_DUPFD_CLOEXEC, 64), surroundings,
              arguments);
  }
  pair->there.reset();
  control_ = std::move(pair->here);
  pollfd waiting{.fd = control_.get(), .events = POLLIN, .revents = 0};
  ASSERT_GT(::poll(&waiting, 1, 60'000), 0);
  const auto packet = receive_packet(control_.get(), wire::max_message);
  ASSERT_TRUE(packet);
  const auto hello = wire::decode_hello(packet->bytes, protocol_version);
  ASSERT_TRUE(hello) << hello.error().detail;
  hello_ = *hello;
  EXPECT_EQ(hello_.protocol, protocol_version);
}

pid_t LaunchTest::server() {
  pid_t found = 0;
  eventually([&] {  // the one that was spawned is still there for a moment
    const auto all = children_of(::getpid(), "docket-launch");
    found = all.size() == 1 ? all[0] : 0;
    return found != 0;
  });
  return found;
}

Request LaunchTest::request(std::vector<std::string> arguments) {
  const auto folder = root_ / std::to_string(folders_++);
  for (const auto* name : {"in", "out", "tmp"}) {
    fs::create_directories(folder / name);
    fs::permissions(folder / name, fs::perms::all);
  }
  Request asked;
  asked.arguments = std::move(arguments);
  asked.environment = {"PATH=/usr/bin:/bin"};
  asked.folder = folder.string();
  asked.time_ms = 60'000;
  asked.log_size = 1U << 20U;
  asked.result_size = 1U << 20U;
  return asked;
}

Request LaunchTest::shell(const std::string& script) {
  return request({"/bin/sh", "-c", script});
}
Request LaunchTest::python(const std::string& script) {
  return request({"/usr/bin/python3", "-S", "-E", "-c", script});
}

std::string LaunchTest::file(const std::string& name, const std::string& text) {
  const auto path = root_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
  fs::permissions(path, fs::perms::all);
  return path.string();
}

std::unique_ptr<Running> LaunchTest::start(const Request& asked, int buffer) {
  const Fd memory(::memfd_create("request", MFD_CLOEXEC));
  const auto bytes = encode(asked);
  EXPECT_EQ(::write(memory.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  auto program = make_packet_pair();
  auto end = make_packet_pair();
  const auto name = (root_ / ("files" + std::to_string(folders_++))).string();
  auto running = std::make_unique<Running>(
      Running{std::move(program->here), std::move(end->here), name + ".log", name + ".result"});
  if (buffer > 0) {
    EXPECT_EQ(::setsockopt(program->there.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer)), 0);
  }
  std::vector<int> descriptors{memory.get(), program->there.get(), end->there.get()};
  const Fd log(::open(running->log.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
  const Fd result(::open(running->result.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
  if (!asked.stays) {
    descriptors.push_back(log.get());
    descriptors.push_back(result.get());
  }
  EXPECT_TRUE(send_packet(control_.get(), std::string_view(&start_message, 1), descriptors));
  return running;
}

Done LaunchTest::run(const Request& asked) {
  return start(asked)->finish();
}

void LaunchTest::give(Running& running, const std::string& line, const std::string& name, std::uint32_t time_ms) {
  const auto folder = running.log.parent_path();
  running.log = folder / (name + ".log");
  running.result = folder / (name + ".result");
  const Fd log(::open(running.log.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
  const Fd result(::open(running.result.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
  const std::array descriptors{log.get(), result.get()};
  EXPECT_TRUE(
      send_packet(running.socket.get(), encode(Job{.line = line, .time_ms = time_ms, .id = name}), descriptors));
}

std::string LaunchTest::mark(Request& asked) {
  const auto word = root_.filename().string() + "-" + std::to_string(folders_);
  asked.environment.push_back("DOCKET_MARK=" + word);
  return word;
}

std::vector<pid_t> LaunchTest::marked(const std::string& word) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto pid = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (pid > 0 && slurp(entry.path() / "environ").find("DOCKET_MARK=" + word) != std::string::npos) {
      found.push_back(pid);
    }
  }
  return found;
}

}  // namespace docket::launch::test
