// What a commit of a store changed of jobs' states, published to those that keep a log of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "job/job.h"

namespace docket {

/// Why a job was removed.
enum class Removal : std::uint8_t {
  deleted,  ///< by request
  expired,  ///< its time was over
  lost,     ///< what the store has of it is damaged
};

constexpr std::string_view to_string(Removal removal) noexcept {
  return removal == Removal::deleted ? "deleted" : removal == Removal::expired ? "expired" : "lost";
}

/// One change of one job's state.
struct StateTransition {
  std::optional<State> from;  ///< nothing: the job was accepted
  std::variant<State, Removal> to;
  std::int64_t at_ms = 0;
  JobRecord record;
  Status status;  ///< after the change; of a job that was removed, before
};

inline std::string_view to_string(const std::variant<State, Removal>& to) noexcept {
  const auto* removal = std::get_if<Removal>(&to);
  const auto* state = std::get_if<State>(&to);
  return removal != nullptr ? to_string(*removal) : state != nullptr ? to_string(*state) : std::string_view();
}

/// Called by the thread that committed, after the commit, once for all that it changed, in its order; what is not
/// committed is not told. Only jobs that have a log (Origin::log) are told of. Must not use the store.
using StateListener = std::function<void(std::span<const StateTransition>)>;

}  // namespace docket
