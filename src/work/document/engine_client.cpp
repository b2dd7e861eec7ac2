#include "work/document/engine_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "protocol/seqpacket.h"
#include "work/request_file.h"
#include "work/server_program.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds stop_interval{250};
// How much later than the server we notice that a unit's wall time is over: then the server itself hangs.
constexpr milliseconds server_grace{10'000};
// How long a killed child may take to be reaped.
constexpr milliseconds kill_grace{5'000};

/// nginx strips its environment, and an engine needs little: above all Tesseract's OpenMP must not start threads of its
/// own, with which it is many times slower on busy cores. Poppler allocates every word of a page by itself and frees
/// them all at the page's end: malloc is to keep them at hand for the next page (glibc manual, Memory Allocation
/// Tunables; other C libraries do not know the variable).
std::vector<std::string> engine_environment(const std::string& tessdata) {
  std::vector<std::string> variables{"OMP_THREAD_LIMIT=1", "LANG=C.UTF-8",
                                     "GLIBC_TUNABLES=glibc.malloc.tcache_count=20000",
                                     "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  if (!tessdata.empty()) {
    variables.push_back("TESSDATA_PREFIX=" + tessdata);
  }
  return variables;
}

/// One unit in the engine's hands: its two sockets, and what to do when either says something.
class UnitChannel {
 public:
  UnitChannel(Fd unit, Fd end, UnitSession& session) noexcept
      : unit_(std::move(unit)), end_(std::move(end)), dialogue_(session) {}

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
  UnitSession& dialogue_;
  wire::Ended ended_;
};

}  // namespace

struct EngineClient::State {
  explicit State(const Config& config)
      : program({.start = {.name = "docket-engine",
                           .program = config.program,
                           .arguments = {"--serve", "--languages", config.languages, "--sandbox",
                                         config.strict_sandbox ? "strict" : "auto"},
                           .environment = engine_environment(config.tessdata)},
                 .idle = config.idle,
                 .log = config.log}),
        exit_grace(config.exit_grace) {}

  ServerProgram program;
  const milliseconds exit_grace;

  UnitEnd converse(const std::shared_ptr<ServerProcess>& process, UnitChannel channel, UnitSession& session,
                   const wire::UnitRequest& request, const std::function<bool()>& stop);
};

EngineClient::EngineClient(const Config& config) : state_(std::make_unique<State>(config)) {}

EngineClient::~EngineClient() = default;

UnitEnd EngineClient::State::converse(const std::shared_ptr<ServerProcess>& process, UnitChannel channel,
                                      UnitSession& session, const wire::UnitRequest& request,
                                      const std::function<bool()>& stop) {
  auto deadline = Clock::now() + milliseconds(request.limits.unit_ms) + server_grace;
  auto next_question = Clock::now() + stop_interval;
  auto exit_deadline = Clock::time_point::max();
  bool stopped = false;
  for (;;) {
    switch (channel.step(stop_interval)) {
      case UnitChannel::Step::going_on:
        break;
      case UnitChannel::Step::ended: {
        // What was finished before it was stopped is finished.
        if (stopped && !session.is_over()) {
          return ended::Released{};
        }
        return session.on_ended(channel.ended());
      }
      case UnitChannel::Step::lost:
        if (process->is_lost()) {
          program.forget(process);
        }
        return ended::Released{.owner_lost = !stopped};
    }
    const auto now = Clock::now();
    if (now >= deadline) {
      process->give_up();
      program.forget(process);
      if (stopped) {
        return ended::Released{};
      }
      return session.on_ended({.timed_out = true});
    }
    if (stopped) {
      continue;
    }
    // Nothing is left to be done, and the thread's slot is wanted.
    if (session.is_over() && exit_deadline == Clock::time_point::max()) {
      exit_deadline = now + exit_grace;
    }
    bool must_stop = now >= exit_deadline;
    if (now >= next_question) {
      next_question = now + stop_interval;
      must_stop = (stop && stop()) || must_stop;
    }
    if (must_stop) {
      stopped = true;
      deadline = now + kill_grace;
      channel.stop();
    }
  }
}

UnitEnd EngineClient::run(const wire::UnitRequest& request, Files files, const OutputFile& own,
                          const UnitEvents& events, const std::function<bool()>& stop) {
  auto& program = state_->program;
  const ServerProgram::Use use(program);
  const auto cannot = [&](const Error& error) {
    program.failed(error);
    return ended::Released{};
  };
  const auto request_file = make_request_file(wire::encode(request));
  if (!request_file) {
    return cannot(request_file.error());
  }
  const OutputFile output_file = files.output ? own : OutputFile{.pages = true};
  const int written = files.output ? files.output.get() : files.pages.get();

  // A second try where the engine died while it was idle.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto process = program.acquire(stop);
    if (!process) {
      return ended::Released{};
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
      program.forget(*process);
      continue;
    }
    program.succeeded();
    unit->there.reset();
    end->there.reset();
    if (events.begun) {
      events.begun();
    }
    UnitSession session(request, output_file, written, events);
    return state_->converse(*process, UnitChannel(std::move(unit->here), std::move(end->here), session), session,
                            request, stop);
  }
  return cannot(Error{ErrorCode::engine_lost, "docket-engine takes no units"});
}

Result<void> EngineClient::prepare(const std::function<bool()>& stop) {
  const auto process = state_->program.acquire(stop);
  if (!process) {
    return pass_on(process);
  }
  return {};
}

void EngineClient::stop_if_idle() {
  state_->program.stop_if_idle();
}

Result<void> EngineClient::health() const {
  return state_->program.health();
}

}  // namespace docket
