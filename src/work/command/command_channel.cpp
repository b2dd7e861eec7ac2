#include "work/command/command_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "protocol/seqpacket.h"
#include "protocol/wire.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds stop_interval{250};
// A command that takes longer is slow.
constexpr milliseconds moment{50};
// How much later than the supervisor we notice that a command's time is over, or that it does not end: then the
// supervisor itself hangs.
constexpr milliseconds supervisor_grace{10'000};

template <class... Takes>
struct Overloaded : Takes... {
  using Takes::operator()...;
};
template <class... Takes>
Overloaded(Takes...) -> Overloaded<Takes...>;

}  // namespace

Result<void> CommandChannel::send(const launch::Job& job, const Fd& log, const Fd& result) {
  done_.reset();
  return send_packet(program_.get(), launch::encode(job), std::array{log.get(), result.get()}, false);
}

bool CommandChannel::has_news() const {
  pollfd looked_at{.fd = program_.get(), .events = POLLIN, .revents = 0};
  return !program_ || ::poll(&looked_at, 1, 0) > 0;
}

/// Waits for at most `patience` and takes what came.
CommandChannel::Step CommandChannel::step(milliseconds patience, const CommandEvents& events) {
  std::array<pollfd, 2> waiting{pollfd{.fd = program_.get(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = end_.get(), .events = POLLIN, .revents = 0}};
  const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count()));
  if (ready < 0) {
    return errno == EINTR ? Step::going_on : Step::lost;
  }
  if (waiting[0].revents != 0) {
    take_messages(events);
  }
  return waiting[1].revents != 0 ? take_end(events) : Step::going_on;
}

void CommandChannel::take_messages(const CommandEvents& events) {
  const auto pass = [](const auto& to, auto&& what) {
    if (to) {
      to(std::forward<decltype(what)>(what));
    }
  };
  while (program_) {
    const auto packet = receive_packet(program_.get(), wire::max_message);
    if (packet && packet->kind == Packet::Kind::nothing) {
      return;
    }
    auto message = packet && packet->kind == Packet::Kind::message
                       ? launch::decode_from_supervisor(packet->bytes)
                       : Result<launch::FromSupervisor>(fail(ErrorCode::bad_record, "no message"));
    if (!message) {
      program_.reset();  // its end, or nonsense: the end socket tells the rest
      return;
    }
    std::visit(Overloaded{[&](launch::Progress&& progress) { pass(events.progress, std::move(progress)); },
                          [&](launch::LogLines&& lines) { pass(events.lines, std::move(lines)); },
                          [&](launch::JobDone&& done) { done_ = std::move(done); },
                          [&](launch::Exited&& exited) { exited_ = std::move(exited); }},
               std::move(*message));
  }
}

CommandChannel::Step CommandChannel::take_end(const CommandEvents& events) {
  const auto packet = receive_packet(end_.get(), wire::max_message);
  if (packet && packet->kind == Packet::Kind::nothing) {
    return Step::going_on;
  }
  if (!packet || packet->kind != Packet::Kind::message || !wire::decode_ended(packet->bytes)) {
    return Step::lost;
  }
  take_messages(events);  // the supervisor is gone, and all that it said is in the socket
  program_.reset();
  return Step::ended;
}

CommandEnd CommandChannel::wait(milliseconds time, milliseconds grace, const CommandEvents& events,
                                const std::function<bool()>& stop) {
  auto deadline = time.count() == 0 ? Clock::time_point::max() : Clock::now() + time + grace + supervisor_grace;
  auto next_question = Clock::now() + stop_interval;
  bool stopped = false;
  bool killed = false;
  auto patience = events.slow ? moment : stop_interval;
  const auto slow_at = Clock::now() + moment;
  for (;;) {
    switch (step(patience, events)) {
      case Step::going_on:
        if (done_ && !stopped) {
          return *std::exchange(done_, std::nullopt);
        }
        break;
      case Step::ended:
        if (exited_) {
          return *std::exchange(exited_, std::nullopt);
        }
        if (stopped) {
          return ended::Released{};
        }
        return ended::Failed{{ErrorCode::crashed, "the command's supervisor was ended"}};
      case Step::lost:
        program_.reset();
        if (process_->is_lost()) {
          launcher_.forget(process_);
        }
        return ended::Released{.owner_lost = !stopped};
    }
    const auto now = Clock::now();
    if (patience != stop_interval && now >= slow_at) {
      patience = stop_interval;
      events.slow();
    }
    if (now >= deadline) {
      if (killed) {
        process_->give_up();
        launcher_.forget(process_);
        program_.reset();
        return ended::Released{.owner_lost = !stopped};
      }
      killed = true;
      deadline = now + supervisor_grace;
      ::shutdown(end_.get(), SHUT_WR);  // has the launcher kill the supervisor
    }
    if (!stopped && now >= next_question) {
      next_question = now + stop_interval;
      if (stop && stop()) {
        stopped = true;
        deadline = now + grace + supervisor_grace;
        ::shutdown(program_.get(), SHUT_WR);  // has the supervisor end the command; its end is still told
      }
    }
  }
}

}  // namespace docket
