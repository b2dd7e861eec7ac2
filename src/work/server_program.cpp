#include "work/server_program.h"

#include <sys/wait.h>

#include <algorithm>

namespace docket {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_backoff{500};
constexpr milliseconds longest_backoff{30'000};

}  // namespace

ServerProgram::~ServerProgram() {
  const std::scoped_lock lock(mutex_);
  process_.reset();
  reap();
}

std::shared_ptr<ServerProcess> ServerProgram::running() {
  const std::scoped_lock lock(mutex_);
  if (process_ && process_->is_lost()) {
    process_.reset();
  }
  return process_;
}

Result<std::shared_ptr<ServerProcess>> ServerProgram::acquire(const std::function<bool()>& stop) {
  if (auto found = running()) {
    return found;
  }
  const std::scoped_lock one_starts(starting_);
  if (auto found = running()) {  // another thread was faster
    return found;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (last_error_.code != ErrorCode::none && Clock::now() < not_before_) {
      return fail(last_error_);
    }
  }
  pid_t intermediate = -1;
  auto started = ServerProcess::start(config_.start, stop, intermediate);
  if (!started && !(stop && stop())) {
    failed(started.error());
  }
  const std::scoped_lock lock(mutex_);
  if (intermediate > 0) {
    intermediates_.push_back(intermediate);
  }
  reap();
  if (started) {
    process_ = *started;
    succeeded_locked();
  }
  return started;
}

void ServerProgram::succeeded() {
  const std::scoped_lock lock(mutex_);
  succeeded_locked();
}

/// Called with `mutex_` held.
void ServerProgram::succeeded_locked() {
  last_error_ = {};
  backoff_ = milliseconds{0};
}

void ServerProgram::failed(const Error& error) {
  if (config_.log) {
    config_.log(error.detail);
  }
  const std::scoped_lock lock(mutex_);
  last_error_ = error;
  backoff_ = std::clamp(backoff_ * 2, first_backoff, longest_backoff);
  not_before_ = Clock::now() + backoff_;
}

void ServerProgram::forget(const std::shared_ptr<ServerProcess>& lost) {
  const std::scoped_lock lock(mutex_);
  if (process_ == lost) {
    process_.reset();
  }
}

/// Waits for the intermediates that have ended. In a worker nginx's SIGCHLD handler was there before.
/// Called with `mutex_` held.
void ServerProgram::reap() {
  std::erase_if(intermediates_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

void ServerProgram::stop_if_idle() {
  const std::scoped_lock lock(mutex_);
  reap();
  if (units_ == 0 && Clock::now() - last_used_ >= config_.idle) {
    process_.reset();
  }
}

Result<void> ServerProgram::health() const {
  const std::scoped_lock lock(mutex_);
  if (last_error_.code != ErrorCode::none) {
    return fail(last_error_);
  }
  return {};
}

ServerProgram::Use::Use(ServerProgram& program) : program_(program) {
  const std::scoped_lock lock(program_.mutex_);
  ++program_.units_;
}

ServerProgram::Use::~Use() {
  const std::scoped_lock lock(program_.mutex_);
  --program_.units_;
  program_.last_used_ = Clock::now();
}

}  // namespace docket
