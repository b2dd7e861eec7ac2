#include "nginx/worker/quitting.h"

#include "nginx/core/ngx.h"

namespace docket::ngx {
namespace {

constexpr std::chrono::seconds patience{30};  // how long a worker that is to quit lets a unit go on

}  // namespace

bool is_quitting() noexcept {
  return ngx_exiting != 0 || ngx_quit != 0 || ngx_terminate != 0;
}

void QuitClock::start() noexcept {
  if (started_at_.load() == Clock::time_point{}) {
    started_at_.store(Clock::now());
  }
}

bool QuitClock::is_over() const noexcept {
  const auto started = started_at_.load(std::memory_order_relaxed);
  return started != Clock::time_point{} && Clock::now() - started > patience;
}

}  // namespace docket::ngx
