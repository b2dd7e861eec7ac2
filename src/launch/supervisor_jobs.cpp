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
  if (!hear_out()) {
    return;
  }
  busy_ = true;
  job_ = std::move(job->id);
  log_ = OutputLog(std::move(packet.descriptors[0]), request_.log_size);
  files_.result = std::move(packet.descriptors[1]);
  deadline_ = job->time_ms == 0 ? std::nullopt : std::optional(now_ + std::chrono::milliseconds(job->time_ms));
  input_ = std::move(job->line) + '\n';
  write_input();
}

/// Takes what the program has said before its next Job. False if there is to be none: it says too much, or an answer.
bool Supervisor::hear_out() {
  for (std::size_t pieces = 0; pipes_.progress && read_progress(); ++pieces) {
    if (pieces > most_drained / buffer_.size()) {
      begin_end(Exited::Why::nonsense, "without a job it says more than can be read");
    }
    if (why_) {
      return false;
    }
  }
  is_old_line_ = lines_.has_begun();
  return true;
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
    begun_ = begun_ || written > 0;
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
  begun_ = false;
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
