// Events of the event loop as members of C++ objects: timers, and what is to be done in its next turn.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// What a timer and a posted event have in common: the owner they call, which outlives them. Event loop only.
class OwnedEvent {
 public:
  using Fire = void (*)(void* owner) noexcept;

  OwnedEvent(const OwnedEvent&) = delete;
  OwnedEvent& operator=(const OwnedEvent&) = delete;

 protected:
  OwnedEvent(void* owner, Fire fire, ngx_log_t* log) noexcept : raw_{.event = {}, .owner = owner, .fire = fire} {
    raw_.event.handler = [](ngx_event_t* event) {
      auto* raw = reinterpret_cast<Raw*>(event);
      raw->fire(raw->owner);
    };
    raw_.event.data = no_connection();
    raw_.event.log = log;
  }
  ~OwnedEvent() = default;

  [[nodiscard]] ngx_event_t& event() noexcept { return raw_.event; }

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

/// Calls `fire(owner)` once after start().
class Timer : public OwnedEvent {
 public:
  /// Whether a worker that is to quit waits until the timer has fired.
  enum class AtQuit { hold, let_go };

  Timer(void* owner, Fire fire, ngx_log_t* log, AtQuit at_quit = AtQuit::hold) noexcept : OwnedEvent(owner, fire, log) {
    event().cancelable = at_quit == AtQuit::let_go ? 1 : 0;
  }
  ~Timer() { stop(); }

  void start(ngx_msec_t after) noexcept { ngx_add_timer(&event(), after); }
  [[nodiscard]] bool is_set() noexcept { return event().timer_set != 0; }
  void stop() noexcept {
    if (is_set()) {
      ngx_del_timer(&event());
    }
  }
};

/// Calls `fire(owner)` once in the event loop's next turn after post(), when others had theirs. A worker that is to
/// quit waits for it: nginx itself asks for timers only, and lets one go that has none (ngx_event_no_timers_left()).
class NextTurn : public OwnedEvent {
 public:
  NextTurn(void* owner, Fire fire, ngx_log_t* log) noexcept
      : OwnedEvent(
            this, [](void* self) noexcept { static_cast<NextTurn*>(self)->turn(); }, log),
        owner_(owner),
        fire_(fire),
        hold_(
            this, [](void*) noexcept {}, log) {}
  ~NextTurn() {
    if (event().posted) {
      ngx_delete_posted_event(&event());
    }
  }

  /// Changes nothing if it is posted already.
  void post() noexcept {
    ngx_post_event(&event(), &ngx_posted_next_events);
    if (!hold_.is_set()) {
      constexpr ngx_msec_t longer_than_any_turn = 60'000;
      hold_.start(longer_than_any_turn);
    }
  }

 private:
  void turn() noexcept {
    hold_.stop();
    fire_(owner_);  // this may be gone now
  }

  void* owner_;
  Fire fire_;
  Timer hold_;
};

}  // namespace docket::ngx
