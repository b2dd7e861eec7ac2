#include "job/quota.h"

#include <string>

#include "job/job.h"

namespace docket {
namespace {

std::uint64_t unfinished(const StateCounts& counts) noexcept {
  return counts[static_cast<std::size_t>(State::pending)] + counts[static_cast<std::size_t>(State::processing)];
}

}  // namespace

Result<void> check_queue(const StoreLimits& limits, const StateCounts& all, const StateCounts& of_owner) {
  if (unfinished(all) >= limits.jobs) {
    return fail(ErrorCode::queue_full, "The queue has " + std::to_string(unfinished(all)) +
                                           " unfinished jobs and takes no more; docket_queue jobs=" +
                                           std::to_string(limits.jobs) + " sets the limit.");
  }
  if (unfinished(of_owner) >= limits.per_owner) {
    return fail(ErrorCode::owner_queue_full, "You have " + std::to_string(unfinished(of_owner)) +
                                                 " unfinished jobs and may have no more; docket_queue per_owner=" +
                                                 std::to_string(limits.per_owner) + " sets the limit.");
  }
  return {};
}

Result<void> check_bytes(const StoreLimits& limits, std::uint64_t stored, std::uint64_t more) {
  if (stored <= limits.bytes && more <= limits.bytes - stored) {
    return {};
  }
  return fail(ErrorCode::store_full,
              "The store has " + std::to_string(stored) + " bytes and no room for " + std::to_string(more) +
                  " more; docket_store max_size=" + std::to_string(limits.bytes) + " sets the limit.");
}

}  // namespace docket
