#include "work/command/launch_client.h"

#include <array>
#include <exception>
#include <utility>
#include <vector>

#include "protocol/seqpacket.h"
#include "work/request_file.h"

namespace docket {

LaunchClient::LaunchClient(const Config& config)
    : program_({.start = {.name = "docket-launch",
                          .program = config.program,
                          .arguments = {"--serve", "--sandbox", config.strict_sandbox ? "strict" : "auto"},
                          .environment = {"LANG=C.UTF-8"},
                          .protocol = launch::protocol_version},
                .idle = config.idle,
                .log = config.log}) {}

Result<void> LaunchClient::prepare(const std::function<bool()>& stop) {
  const auto process = program_.acquire(stop);
  if (!process) {
    return pass_on(process);
  }
  return {};
}

std::optional<CommandChannel> LaunchClient::start(const launch::Request& request, std::span<const int> files,
                                                  const std::function<bool()>& stop) {
  const auto cannot = [&](const Error& error) {
    program_.failed(error);
    return std::nullopt;
  };
  const auto request_file = make_request_file(launch::encode(request));
  if (!request_file) {
    return cannot(request_file.error());
  }
  // A second try where the launcher died while it was idle.
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto process = program_.acquire(stop);
    if (!process) {
      return std::nullopt;
    }
    auto program = make_packet_pair();
    auto end = make_packet_pair();
    if (!program || !end) {
      return cannot(program ? end.error() : program.error());
    }
    std::vector<int> descriptors{request_file->get(), program->there.get(), end->there.get()};
    descriptors.insert(descriptors.end(), files.begin(), files.end());
    if ((*process)->send(std::string_view(&launch::start_message, 1), descriptors)) {
      program_.succeeded();
      return CommandChannel(program_, std::move(*process), std::move(program->here), std::move(end->here));
    }
    (*process)->give_up();
    program_.forget(*process);
  }
  return cannot(Error{ErrorCode::engine_lost, "docket-launch takes no commands"});
}

CommandEnd LaunchClient::run(const launch::Request& request, const Fd& log, const Fd& result,
                             const CommandEvents& events, const std::function<bool()>& stop) {
  const ServerProgram::Use use(program_);
  auto channel = start(request, std::array{log.get(), result.get()}, stop);
  if (!channel) {
    return ended::Released{};
  }
  using std::chrono::milliseconds;
  return channel->wait(milliseconds(request.time_ms), milliseconds(request.grace_ms), events, stop);
}

std::unique_ptr<StayingProgram> LaunchClient::start_to_stay(const launch::Request& request,
                                                            const std::function<bool()>& stop) {
  auto channel = start(request, {}, stop);
  return channel ? std::make_unique<StayingProgram>(program_, std::move(*channel), request.grace_ms) : nullptr;
}

// ---- StayingProgram

StayingProgram::~StayingProgram() {
  try {
    if (channel_.is_open()) {
      static_cast<void>(channel_.wait(std::chrono::milliseconds{0}, grace_, {}, [] { return true; }));
    }
  } catch (const std::exception&) {  // out of memory: the supervisor sees the end of its socket all the same
  }
}

CommandEnd StayingProgram::run(const launch::Job& job, const Fd& log, const Fd& result, const CommandEvents& events,
                               const std::function<bool()>& stop) {
  // One that does not take it has ended, and says why.
  const auto time = channel_.send(job, log, result) ? job.time_ms : 1;
  auto end = channel_.wait(std::chrono::milliseconds(time), grace_, events, stop);
  ended_ = !std::holds_alternative<launch::JobDone>(end);
  return end;
}

}  // namespace docket
