// How much a store may hold, and what is said where it is too much. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "base/error.h"

namespace docket {

/// How many jobs are in each State.
using StateCounts = std::array<std::uint64_t, 4>;

/// How much a store may hold when a job is accepted. Given with each job: who shares a store may set other limits.
struct StoreLimits {
  std::uint64_t jobs = UINT64_MAX;       ///< that are not final
  std::uint64_t per_owner = UINT64_MAX;  ///< of these, one owner's
  std::uint64_t bytes = UINT64_MAX;      ///< of files and environment, the new job's included
};

/// Whether one more job fits: queue_full if there are too many in all, owner_queue_full if there are too many of its
/// owner.
Result<void> check_queue(const StoreLimits& limits, const StateCounts& all, const StateCounts& of_owner);

/// Whether `more` bytes fit where there are `stored`; store_full if not.
Result<void> check_bytes(const StoreLimits& limits, std::uint64_t stored, std::uint64_t more);

}  // namespace docket
