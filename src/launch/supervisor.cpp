#include "launch/supervisor.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <variant>

#include "base/utf8.h"

namespace docket::launch {
namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;
// The value of a Job's result, with what stands around it. Longer lines of others than a Job's end are dropped.
constexpr std::size_t longest_answer = (std::size_t{16} << 20U) + read_size;
constexpr std::size_t longest_progress = read_size;
constexpr std::string_view too_long = "a line on descriptor 3 is longer than 16 MB";
constexpr std::chrono::seconds tail_interval{1};
constexpr std::chrono::milliseconds retry_interval{100};

std::optional<std::chrono::steady_clock::time_point> after(std::chrono::steady_clock::time_point now,
                                                           std::uint32_t milliseconds) {
  return milliseconds == 0 ? std::nullopt : std::optional(now + std::chrono::milliseconds(milliseconds));
}

void take_earlier(std::optional<std::chrono::steady_clock::time_point>& first,
                  std::optional<std::chrono::steady_clock::time_point> other) {
  if (other && (!first || *other < *first)) {
    first = other;
  }
}

}  // namespace

Supervisor::Supervisor(Request request, Files files, Kinship kinship)
    : request_(std::move(request)),
      files_(std::move(files)),
      tree_(kinship),
      outlet_(files_.socket.get()),
      log_(std::move(files_.log), request_.log_size),
      lines_(request_.stays ? longest_answer : longest_progress),
      buffer_(read_size, '\0'),
      now_(Clock::now()),
      busy_(!request_.stays) {}

void Supervisor::refuse(std::string why) {
  why_ = Exited::Why::refused;
  words_ = std::move(why);
  end();
}

void Supervisor::run(const ProgramStart& start) {
  ::signal(SIGPIPE, SIG_IGN);  // a write to the program says EPIPE
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &child, nullptr);
  children_ = Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!children_) {
    return refuse(fail_errno("signalfd", errno).value().detail);
  }
  auto program = start_program(request_, start);
  if (!program) {
    return refuse(program.error().detail);
  }
  tree_.watch(program->pid);
  pipes_ = std::move(program->pipes);
  now_ = Clock::now();
  deadline_ = request_.stays ? std::nullopt : after(now_, request_.time_ms);
  loop();
  drain();
  end();
}

void Supervisor::loop() {
  while (!is_over()) {
    enum : std::size_t { at_children, at_socket, at_output, at_error, at_progress, at_input, at_server, all };
    std::array<pollfd, all> waiting{};
    waiting[at_children] = {.fd = children_.get(), .events = POLLIN, .revents = 0};
    waiting[at_socket] = {.fd = listens_ ? files_.socket.get() : -1, .events = POLLIN, .revents = 0};
    waiting[at_output] = {.fd = pipes_.output.get(), .events = POLLIN, .revents = 0};
    waiting[at_error] = {.fd = pipes_.error.get(), .events = POLLIN, .revents = 0};
    waiting[at_progress] = {.fd = pipes_.progress.get(), .events = POLLIN, .revents = 0};
    waiting[at_input] = {.fd = input_.empty() ? -1 : pipes_.input.get(), .events = POLLOUT, .revents = 0};
    waiting[at_server] = {.fd = files_.server, .events = POLLIN, .revents = 0};
    if (::poll(waiting.data(), waiting.size(), patience(Clock::now())) < 0 && errno != EINTR) {
      tree_.kill_all();
      return;
    }
    now_ = Clock::now();
    if (waiting[at_server].revents != 0) {
      tree_.kill_all();  // nobody is left to tell
      ::_exit(1);
    }
    if (waiting[at_output].revents != 0) {
      read_output(Pipe::output);
    }
    if (waiting[at_error].revents != 0) {
      read_output(Pipe::error);
    }
    if (waiting[at_progress].revents != 0) {
      read_progress();
    }
    if (waiting[at_socket].revents != 0) {
      on_socket();
    }
    if (waiting[at_input].revents != 0) {
      write_input();
    }
    if (waiting[at_children].revents != 0) {
      on_children();
    }
    on_time(now_);
  }
}

/// Milliseconds until something is to be done, as poll() takes them.
int Supervisor::patience(Clock::time_point now) const {
  auto next = deadline_;
  take_earlier(next, tail_due_);
  take_earlier(next, outlet_.due());
  take_earlier(next, must_.empty() ? std::nullopt : std::optional(now + retry_interval));
  if (!next) {
    return -1;
  }
  return static_cast<int>(
      std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(*next - now).count(), 0, 3'600'000));
}

void Supervisor::on_time(Clock::time_point now) {
  if (tail_due_ && now >= *tail_due_) {
    log_.write_tail();
    tail_due_.reset();
  }
  outlet_.flush(now);
  send_must();
  if (!deadline_ || now < *deadline_ || over_) {
    return;
  }
  if (!why_) {
    begin_end(Exited::Why::timed_out);
    return;
  }
  tree_.kill_all();
  over_ = true;
}

/// Asks the program to end; at the end of its grace it is killed.
void Supervisor::begin_end(Exited::Why why, std::string words) {
  if (why_) {
    return;
  }
  why_ = why;
  words_ = std::move(words);
  tree_.terminate();
  pipes_.input.reset();
  input_.clear();
  deadline_ = now_ + std::chrono::milliseconds(request_.grace_ms);
}

void Supervisor::on_children() {
  signalfd_siginfo told{};
  while (::read(children_.get(), &told, sizeof(told)) > 0) {
  }
  const bool left = tree_.reap();
  if (tree_.status() && !why_) {
    // What it has left behind has no business any more. Who is being ended has its time of grace.
    why_ = Exited::Why::itself;
    tree_.kill_all();
    over_ = true;
  }
  over_ = over_ || !left;
}

void Supervisor::on_socket() {
  auto packet = receive_packet(files_.socket.get(), 2 * max_line, 2);
  if (packet && packet->kind == Packet::Kind::nothing) {
    return;
  }
  if (packet && packet->kind == Packet::Kind::message && request_.stays && !why_) {
    start_job(std::move(*packet));
    return;
  }
  if (!packet || packet->kind == Packet::Kind::end) {
    // It may still listen.
    listens_ = false;
    begin_end(Exited::Why::stopped);
  }
}

void Supervisor::read_output(Pipe pipe) {
  auto& from = pipe == Pipe::output ? pipes_.output : pipes_.error;
  const auto size = ::read(from.get(), buffer_.data(), buffer_.size());
  if (size > 0) {
    took_output(pipe, std::string_view(buffer_.data(), static_cast<std::size_t>(size)));
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    from.reset();
  }
}

void Supervisor::took_output(Pipe pipe, std::string_view bytes) {
  recent_.append(bytes);
  if (!busy_) {
    return;
  }
  log_.append(bytes);
  if (log_.is_behind() && !tail_due_) {
    tail_due_ = now_ + tail_interval;
  }
  outlet_.output(bytes, now_);
  if (pipe == Pipe::output && !request_.stays) {
    write_result(bytes);
  }
}

void Supervisor::write_result(std::string_view bytes) {
  if (result_errno_ != 0) {
    return;  // what came behind a gap would not be what was written
  }
  const auto room = request_.result_size - std::min(request_.result_size, result_at_);
  result_cut_ = result_cut_ || bytes.size() > room;
  bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
  while (!bytes.empty()) {
    const auto written = ::pwrite(files_.result.get(), bytes.data(), bytes.size(), static_cast<off_t>(result_at_));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      result_errno_ = written == 0 ? EIO : errno;
      return;
    }
    result_at_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// False if there is nothing more at the moment.
bool Supervisor::read_progress() {
  const auto size = ::read(pipes_.progress.get(), buffer_.data(), buffer_.size());
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
    pipes_.progress.reset();
    return false;
  }
  if (size > 0) {
    // on_line() reads other pipes into the buffer.
    const std::string bytes(buffer_.data(), static_cast<std::size_t>(size));
    lines_.feed(bytes, [this](std::string_view line, bool whole) { on_line(line, whole); });
    if (request_.stays && lines_.overlong()) {
      begin_end(Exited::Why::nonsense, std::string(too_long));
    }
  }
  return size > 0;
}

void Supervisor::on_line(std::string_view line, bool whole) {
  // Of a Job is only what was begun after it: what the program had to say before cannot be meant for it.
  const bool is_jobs = !std::exchange(is_old_line_, false) && busy_;
  if (why_ == Exited::Why::nonsense || (!whole && !request_.stays)) {
    return;
  }
  if (!whole) {
    begin_end(Exited::Why::nonsense, std::string(too_long));
    return;
  }
  const auto job = request_.stays ? std::optional(is_jobs ? std::string_view(job_) : std::string_view()) : std::nullopt;
  const auto said = read_program_line(line, job);
  if (const auto* progress = std::get_if<ProgressLine>(&said); progress != nullptr && is_jobs) {
    outlet_.progress(*progress);
  }
  if (request_.stays && std::holds_alternative<BrokenLine>(said)) {
    // It may be the answer that is waited for.
    begin_end(Exited::Why::nonsense, "a line on descriptor 3 is no JSON: " + std::string(line.substr(0, max_text)));
    return;
  }
  const auto* answer = std::get_if<AnswerLine>(&said);
  if (answer == nullptr) {
    return;
  }
  if (is_jobs) {
    end_job(*answer);
  } else {
    begin_end(Exited::Why::nonsense, "an answer without a job: " + std::string(line.substr(0, max_text)));
  }
}

/// Takes what is left in the pipes.
void Supervisor::drain() {
  for (const auto pipe : {Pipe::output, Pipe::error}) {
    const auto& from = pipe == Pipe::output ? pipes_.output : pipes_.error;
    for (std::size_t read = 0; from && read < most_drained;) {
      const auto size = ::read(from.get(), buffer_.data(), buffer_.size());
      if (size <= 0) {
        break;
      }
      took_output(pipe, std::string_view(buffer_.data(), static_cast<std::size_t>(size)));
      read += static_cast<std::size_t>(size);
    }
  }
}

/// Tells the program's end. All that it wrote was read, or there was no program.
void Supervisor::end() {
  for (int piece = 0; piece < 2 && pipes_.progress; ++piece) {
    static_cast<void>(read_progress());  // a pipe holds no more than twice what is read at once
  }
  lines_.finish([this](std::string_view line, bool whole) { on_line(line, whole); });
  log_.write_tail();
  outlet_.finish(true);
  Exited exited;
  exited.why = why_.value_or(Exited::Why::itself);
  exited.wait_status = tree_.status().value_or(0);
  exited.result_cut = result_cut_;
  exited.result_errno = result_errno_;
  exited.job_begun = begun_;
  std::string words;
  append_valid_utf8(words, words_);
  exited.tail = words.empty() ? recent_.text() : std::string(cut_utf8(words, max_tail));
  if (!must_.empty()) {
    static_cast<void>(send_packet(files_.socket.get(), must_));
  }
  static_cast<void>(send_packet(files_.socket.get(), encode(exited)));
}

}  // namespace docket::launch
