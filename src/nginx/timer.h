// A timer of the event loop that somebody owns.
#pragma once

#include "nginx/ngx.h"

namespace docket::ngx {

/// Calls `fire(owner)` once after start(). Owned by `owner`, which outlives it; event loop only. A worker that is to
/// quit waits for it.
class Timer {
 public:
  using Fire = void (*)(void* owner) noexcept;

  Timer(void* owner, Fire fire, ngx_log_t* log) noexcept : raw_{.event = {}, .owner = owner, .fire = fire} {
    raw_.event.handler = [](ngx_event_t* event) {
      auto* raw = reinterpret_cast<Raw*>(event);
      raw->fire(raw->owner);
    };
    raw_.event.data = no_connection();
    raw_.event.log = log;
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }

  void start(ngx_msec_t after) noexcept { ngx_add_timer(&raw_.event, after); }
  void stop() noexcept {
    if (raw_.event.timer_set) {
      ngx_del_timer(&raw_.event);
    }
  }

 private:
  /// nginx hands out the event: it stands first.
  struct Raw {
    ngx_event_t event;
    void* owner;
    Fire fire;
  };

  /// Debug logs read a timer's data as a connection.
  static ngx_connection_t* no_connection() noexcept {
    static ngx_connection_t none = [] {
      ngx_connection_t made{};
      made.fd = -1;
      return made;
    }();
    return &none;
  }

  Raw raw_;
};

}  // namespace docket::ngx
