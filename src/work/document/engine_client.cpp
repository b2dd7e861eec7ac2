#include "work/document/engine_client.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

#include "work/document/engine_process.h"
#include "protocol/seqpacket.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds stop_interval{250};
// How much later than the server we notice that a unit's wall time is over: then the server itself hangs.
constexpr milliseconds server_grace{10'000};
// How long a killed child may take to be reaped.
constexpr milliseconds kill_grace{5'000};
constexpr milliseconds first_backoff{500};
constexpr milliseconds longest_backoff{30'000};

/// The request in a file of its own: it may be larger than a message.
Result<Fd> write_request(const wire::UnitRequest& request) {
  Fd file(::memfd_create("docket-request", MFD_CLOEXEC));
  if (!file) {
    return fail_errno("memfd_create", errno);
  }
  const auto bytes = wire::encode(request);
  for (std::size_t written = 0; written < bytes.size();) {
    const auto size = ::write(file.get(), bytes.data() + written, bytes.size() - written);
    if (size < 0 && errno != EINTR) {
      return fail_errno("write", errno);
    }
    written += size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  return file;
}

/// One unit in the engine's hands: its two sockets, and what to do when either says something.
class Conversation {
 public:
  Conversation(Fd unit, Fd end, UnitDialogue& dialogue) noexcept
      : unit_(std::move(unit)), end_(std::move(end)), dialogue_(dialogue) {}

  enum class Step : std::uint8_t { going_on, ended, lost };

  /// Waits for at most `patience` and takes what came.
  Step step(milliseconds patience) {
    std::array<pollfd, 2> waiting{pollfd{.fd = unit_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = end_.get(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count()));
    if (ready < 0) {
      return errno == EINTR ? Step::going_on : Step::lost;
    }
    if (waiting[0].revents != 0) {
      take_messages();
    }
    return waiting[1].revents != 0 ? take_end() : Step::going_on;
  }

  /// Has the server kill the child; its end is still told.
  void stop() noexcept { ::shutdown(end_.get(), SHUT_WR); }

  [[nodiscard]] const wire::Ended& ended() const noexcept { return ended_; }

 private:
  void take_messages() {
    while (unit_) {
      const auto packet = receive_packet(unit_.get(), wire::max_message);
      if (packet && packet->kind == Packet::Kind::nothing) {
        return;
      }
      if (packet && packet->kind == Packet::Kind::end) {
        unit_.reset();
        return;
      }
      // A message that cannot even be received is as bad as one that cannot be read.
      if (!dialogue_.on_packet(packet ? std::string_view(packet->bytes) : std::string_view())) {
        unit_.reset();
        stop();
      }
    }
  }

  Step take_end() {
    const auto packet = receive_packet(end_.get(), wire::max_message);
    if (packet && packet->kind == Packet::Kind::nothing) {
      return Step::going_on;
    }
    if (!packet || packet->kind != Packet::Kind::message) {
      return Step::lost;
    }
    const auto ended = wire::decode_ended(packet->bytes);
    if (!ended) {
      return Step::lost;
    }
    ended_ = *ended;
    take_messages();  // the child is gone, and all that it said is in the socket
    return Step::ended;
  }

  Fd unit_;
  Fd end_;
  UnitDialogue& dialogue_;
  wire::Ended ended_;
};

}  // namespace

/// Shared by the worker's pool threads; both mutexes are never held together in the other order.
struct EngineClient::State {
  explicit State(Config with) : config(std::move(with)) {}

  const Config config;
  std::mutex starting;  ///< held while one thread starts an engine; taken before `mutex`

  mutable std::mutex mutex;  ///< for what follows; never held while anything blocks
  std::shared_ptr<EngineProcess> engine;
  std::size_t units = 0;
  Clock::time_point last_used = Clock::now();
  Error last_error;
  milliseconds backoff{0};
  Clock::time_point not_before;
  std::vector<pid_t> intermediates;

  std::shared_ptr<EngineProcess> running() {
    const std::scoped_lock lock(mutex);
    if (engine && engine->is_lost()) {
      engine.reset();
    }
    return engine;
  }

  /// The running engine, or a new one.
  Result<std::shared_ptr<EngineProcess>> acquire(const std::function<bool()>& stop) {
    if (auto found = running()) {
      return found;
    }
    const std::scoped_lock one_starts(starting);
    if (auto found = running()) {  // another thread was faster
      return found;
    }
    {
      const std::scoped_lock lock(mutex);
      if (last_error.code != ErrorCode::none && Clock::now() < not_before) {
        return tl::unexpected(last_error);
      }
    }
    pid_t intermediate = -1;
    auto started = EngineProcess::start({config.program, config.languages, config.tessdata, config.strict_sandbox},
                                        stop, intermediate);
    if (!started && !(stop && stop())) {
      failed(started.error());
    }
    const std::scoped_lock lock(mutex);
    if (intermediate > 0) {
      intermediates.push_back(intermediate);
    }
    reap();
    if (started) {
      engine = *started;
      succeeded_locked();
    }
    return started;
  }

  void succeeded() {
    const std::scoped_lock lock(mutex);
    succeeded_locked();
  }
  void succeeded_locked() {
    last_error = {};
    backoff = milliseconds{0};
  }

  void failed(const Error& error) {
    if (config.log) {
      config.log(error.detail);
    }
    const std::scoped_lock lock(mutex);
    last_error = error;
    backoff = std::clamp(backoff * 2, first_backoff, longest_backoff);
    not_before = Clock::now() + backoff;
  }

  void forget(const std::shared_ptr<EngineProcess>& lost) {
    const std::scoped_lock lock(mutex);
    if (engine == lost) {
      engine.reset();
    }
  }

  /// Waits for the intermediates that have ended. In a worker nginx's SIGCHLD handler was there before.
  /// Called with `mutex` held.
  void reap() {
    std::erase_if(intermediates, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  }

  UnitEnd converse(const std::shared_ptr<EngineProcess>& process, Conversation conversation, UnitDialogue& dialogue,
                   const wire::UnitRequest& request, const std::function<bool()>& stop);
};

namespace {

/// Counts a unit while it runs, so that its engine is not idle.
class InUse {
 public:
  InUse(std::mutex& mutex, std::size_t& units, Clock::time_point& last_used)
      : mutex_(mutex), units_(units), last_used_(last_used) {
    const std::scoped_lock lock(mutex_);
    ++units_;
  }
  ~InUse() {
    const std::scoped_lock lock(mutex_);
    --units_;
    last_used_ = Clock::now();
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

 private:
  std::mutex& mutex_;
  std::size_t& units_;
  Clock::time_point& last_used_;
};

}  // namespace

EngineClient::EngineClient(Config config) : state_(std::make_unique<State>(std::move(config))) {}

EngineClient::~EngineClient() {
  const std::scoped_lock lock(state_->mutex);
  state_->engine.reset();
  state_->reap();
}

UnitEnd EngineClient::State::converse(const std::shared_ptr<EngineProcess>& process, Conversation conversation,
                                      UnitDialogue& dialogue, const wire::UnitRequest& request,
                                      const std::function<bool()>& stop) {
  auto deadline = Clock::now() + milliseconds(request.limits.unit_ms) + server_grace;
  auto next_question = Clock::now() + stop_interval;
  bool stopped = false;
  for (;;) {
    switch (conversation.step(stop_interval)) {
      case Conversation::Step::going_on:
        break;
      case Conversation::Step::ended: {
        // What was finished before it was stopped is finished.
        if (stopped && !dialogue.is_over()) {
          return ended::HandedBack{};
        }
        return dialogue.on_ended(conversation.ended());
      }
      case Conversation::Step::lost:
        if (process->is_lost()) {
          forget(process);
        }
        return ended::HandedBack{.owner_lost = !stopped};
    }
    const auto now = Clock::now();
    if (now >= deadline) {
      process->give_up();
      forget(process);
      if (stopped) {
        return ended::HandedBack{};
      }
      return dialogue.on_ended({.timed_out = true});
    }
    if (!stopped && now >= next_question) {
      next_question = now + stop_interval;
      if (stop && stop()) {
        stopped = true;
        deadline = now + kill_grace;
        conversation.stop();
      }
    }
  }
}

UnitEnd EngineClient::run(const wire::UnitRequest& request, Files files, const Container& own, const UnitEvents& events,
                          const std::function<bool()>& stop) {
  auto& state = *state_;
  const InUse in_use(state.mutex, state.units, state.last_used);
  const auto cannot = [&](const Error& error) {
    state.failed(error);
    return ended::HandedBack{};
  };
  const auto request_file = write_request(request);
  if (!request_file) {
    return cannot(request_file.error());
  }
  const Container container = files.output ? own : Container{.pages = true};
  const int written = files.output ? files.output.get() : files.pages.get();

  // A second try where the engine died while it was idle.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto process = state.acquire(stop);
    if (!process) {
      return ended::HandedBack{};
    }
    auto unit = make_packet_pair();
    auto end = make_packet_pair();
    if (!unit || !end) {
      return cannot(unit ? end.error() : unit.error());
    }
    std::vector<int> descriptors{request_file->get(), unit->there.get(), end->there.get(), files.input.get()};
    if (files.output) {
      descriptors.push_back(files.output.get());
    }
    if (files.pages) {
      descriptors.push_back(files.pages.get());
    }
    for (const auto& document : files.documents) {
      descriptors.push_back(document.get());
    }
    const auto message = wire::encode(wire::JobFiles{.output = bool(files.output),
                                                     .pages = bool(files.pages),
                                                     .documents = static_cast<std::uint8_t>(files.documents.size())});
    if (!(*process)->send(message, descriptors)) {
      (*process)->give_up();
      state.forget(*process);
      continue;
    }
    state.succeeded();
    unit->there.reset();
    end->there.reset();
    if (events.begun) {
      events.begun();
    }
    UnitDialogue dialogue(request, container, written, events);
    return state.converse(*process, Conversation(std::move(unit->here), std::move(end->here), dialogue), dialogue,
                          request, stop);
  }
  return cannot(Error{ErrorCode::engine_lost, "docket-engine takes no units"});
}

Result<void> EngineClient::prepare(const std::function<bool()>& stop) {
  const auto process = state_->acquire(stop);
  if (!process) {
    return tl::unexpected(process.error());
  }
  return {};
}

void EngineClient::stop_if_idle() {
  const std::scoped_lock lock(state_->mutex);
  state_->reap();
  if (state_->units == 0 && Clock::now() - state_->last_used >= state_->config.idle) {
    state_->engine.reset();
  }
}

Result<void> EngineClient::health() const {
  const std::scoped_lock lock(state_->mutex);
  if (state_->last_error.code != ErrorCode::none) {
    return tl::unexpected(state_->last_error);
  }
  return {};
}

}  // namespace docket
