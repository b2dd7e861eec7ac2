// Threads that get no signals.
#pragma once

#include <pthread.h>

#include <csignal>

namespace docket {

/// While it lives, the threads that are started by this one have all signals blocked: they are the event loop's. On the
/// stack of the thread that starts others.
class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace docket
