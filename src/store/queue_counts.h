// Numbers of a pool's queue, for estimates, and the rule by which they are counted.
#pragma once

#include <cstdint>

namespace docket {

/// Numbers for estimates.
struct QueueCounts {
  std::uint64_t accepted = 0;  ///< jobs accepted in this pool since the store was made
  std::uint64_t started = 0;   ///< of those, taken up or removed before they were
  std::uint64_t waiting_units = 0;
  std::uint64_t start_interval_us = 0;  ///< between two jobs' being taken up while others wait, lately; 0: not known
  std::int64_t last_start_ms = 0;       ///< when one was taken up and others waited; 0: no job waits
};

/// What changes the numbers of a pool's jobs.
enum class PoolEvent : std::uint8_t {
  accepted,  ///< a job has come
  started,   ///< a job was taken up, or is over before that: the one behind it has come nearer
  left  ///< a job was removed before it was taken up, or was over when it came: says nothing of how fast they start
};

/// Counts one job's event at `now_ms`, and measures how long the next job waits for one to start.
void count_event(QueueCounts& counts, PoolEvent event, std::int64_t now_ms) noexcept;

}  // namespace docket
