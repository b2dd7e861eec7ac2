#include "work/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <vector>

#include "protocol/seqpacket.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;

// Reading language models takes a fraction of a second; a machine under load may need far longer.
constexpr std::chrono::seconds hello_limit{60};
constexpr int stop_interval_ms = 250;

/// Attributes and file actions of a spawn; freed at the end of start().
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_init(&actions_);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// An empty mask and default actions, whatever the pool thread has; a session of its own, so that Ctrl-C at a
  /// terminal reaches the worker only; `control` on its fixed number and no other descriptor.
  [[nodiscard]] int prepare(int control) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    int error = ::posix_spawnattr_setsigmask(&attributes_, &none);
    error = error != 0 ? error : ::posix_spawnattr_setsigdefault(&attributes_, &all);
    constexpr auto flags = static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    error = error != 0 ? error : ::posix_spawnattr_setflags(&attributes_, flags);
    // First the socket: its present number may be one of those that /dev/null gets.
    error = error != 0 ? error : ::posix_spawn_file_actions_adddup2(&actions_, control, wire::control_descriptor);
    for (const int standard : standard_descriptors) {
      error = error != 0 ? error : ::posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0);
    }
    return error != 0 ? error : ::posix_spawn_file_actions_addclosefrom_np(&actions_, wire::control_descriptor + 1);
  }

  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }

 private:
#ifdef __SANITIZE_ADDRESS__
  static constexpr std::array standard_descriptors{STDIN_FILENO, STDOUT_FILENO};  // reports are worth reading
#else
  // nginx's standard error is its log: held by us, it would outlive the log's rotation.
  static constexpr std::array standard_descriptors{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
#endif
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

/// All that the server gets of an environment; a sanitizer's options are ours, too.
std::vector<std::string> whole_environment(std::vector<std::string> variables) {
#ifdef __SANITIZE_ADDRESS__
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    if (variable.find("SAN_OPTIONS=") != std::string_view::npos) {
      variables.emplace_back(variable);
    }
  }
#endif
  return variables;
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

tl::unexpected<Error> cannot_start(const std::string& program, std::string_view why) {
  return fail(ErrorCode::engine_lost, "cannot start " + program + ": " + std::string(why));
}

/// Waits for the server's first message and checks it.
Result<wire::Hello> await_hello(const ServerProcess::Start& start, int control, const std::function<bool()>& stop) {
  const auto& program = start.program;
  const auto deadline = Clock::now() + hello_limit;
  for (;;) {
    pollfd waiting{.fd = control, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, stop_interval_ms);
    if (ready < 0 && errno != EINTR) {
      return fail_errno("poll", errno);
    }
    if (ready > 0) {
      break;
    }
    if (stop && stop()) {
      return cannot_start(program, "stopped while starting");
    }
    if (Clock::now() >= deadline) {
      return cannot_start(program, "no word from it in " + std::to_string(hello_limit.count()) + " s");
    }
  }
  const auto packet = receive_packet(control, wire::max_message);
  if (!packet || packet->kind != Packet::Kind::message) {
    return cannot_start(program, "it ended at once; is it the " + start.name + " of this module?");
  }
  auto hello = wire::decode_hello(packet->bytes, start.protocol);
  if (!hello) {
    return cannot_start(program, hello.error().detail);
  }
  if (hello->protocol != start.protocol) {
    return cannot_start(program, "it is version " + hello->version + " with protocol " +
                                     std::to_string(hello->protocol) + ", this module speaks protocol " +
                                     std::to_string(start.protocol));
  }
  if (!hello->error.empty()) {
    return cannot_start(program, hello->error);
  }
  return hello;
}

}  // namespace

Result<std::shared_ptr<ServerProcess>> ServerProcess::start(const Start& start, const std::function<bool()>& stop,
                                                            pid_t& intermediate) {
  auto pair = make_packet_pair();
  if (!pair) {
    return pass_on(pair);
  }
  std::vector<std::string> arguments{start.program};
  arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
  auto variables = whole_environment(start.environment);
  const auto argument_pointers = pointers_to(arguments);
  const auto variable_pointers = pointers_to(variables);

  SpawnPlan plan;
  int error = plan.prepare(pair->there.get());
  if (error == 0) {
    error = ::posix_spawn(&intermediate, start.program.c_str(), plan.actions(), plan.attributes(),
                          argument_pointers.data(), variable_pointers.data());
  }
  if (error != 0) {
    intermediate = -1;
    return cannot_start(start.program, std::generic_category().message(error));
  }
  pair->there.reset();
  auto hello = await_hello(start, pair->here.get(), stop);
  if (!hello) {
    return pass_on(hello);
  }
  return std::shared_ptr<ServerProcess>(new ServerProcess(std::move(pair->here), std::move(*hello)));
}

Result<void> ServerProcess::send(std::string_view message, std::span<const int> descriptors) {
  return send_packet(control_.get(), message, descriptors, false);
}

bool ServerProcess::is_lost() const {
  // The server sends nothing after its Hello: whatever there is to read is its end.
  pollfd looked_at{.fd = control_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&looked_at, 1, 0) > 0;
}

void ServerProcess::give_up() noexcept {
  ::shutdown(control_.get(), SHUT_RDWR);
}

}  // namespace docket
