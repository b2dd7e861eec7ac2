// The Jobs of a program that stays.
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/utf8.h"
#include "launch/supervisor.h"

namespace docket::launch {
namespace {

/// Writes all of a file that is empty.
Result<void> write_whole(int file, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto written = ::pwrite(file, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (written < 0 && errno != EINTR) {
      return fail_errno("pwrite", errno);
    }
    at += written > 0 ? static_cast<std::size_t>(written) : 0;
  }
  return {};
}

}  // namespace

void Supervisor::start_job(Packet packet) {
  auto job = decode_job(packet.bytes);
  if (!job || packet.descriptors.size() != 2 || busy_) {
    begin_end(Exited::Why::stopped, "a message of the worker's cannot be understood");
    return;
  }
  drain();  // what it wrote before is nobody's
  busy_ = true;
  log_ = OutputLog(std::move(packet.descriptors[0]), request_.log_size);
  files_.result = std::move(packet.descriptors[1]);
  deadline_ = job->time_ms == 0 ? std::nullopt : std::optional(now_ + std::chrono::milliseconds(job->time_ms));
  input_ = std::move(job->line) + '\n';
  write_input();
}

void Supervisor::write_input() {
  while (!input_.empty()) {
    const auto written = ::write(pipes_.input.get(), input_.data(), input_.size());
    if (written < 0 && errno == EAGAIN) {
      return;
    }
    if (written < 0 && errno != EINTR) {
      // It has closed its standard input: it ends, or will not see another job.
      pipes_.input.reset();
      input_.clear();
      return;
    }
    input_.erase(0, written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

void Supervisor::end_job(const AnswerLine& answer) {
  drain();  // what it wrote before it said so is this Job's
  log_.write_tail();
  tail_due_.reset();
  outlet_.finish(false);
  JobDone done{.failed = answer.failed, .error = answer.error};
  if (const auto written = write_whole(files_.result.get(), answer.result); !written) {
    done = {.failed = true, .error = "the result cannot be stored: " + written.error().detail};
  }
  busy_ = false;
  log_ = OutputLog();
  files_.result.reset();
  recent_.clear();
  input_.clear();
  if (!why_) {
    deadline_.reset();
  }
  must_ = encode(done);
  send_must();
}

void Supervisor::send_must() {
  if (must_.empty()) {
    return;
  }
  // It is tried again until the worker reads, or the end.
  if (send_packet(files_.socket.get(), must_, {}, false)) {
    must_.clear();
  }
}

}  // namespace docket::launch
