#include "store/queue_counts.h"

#include <algorithm>

namespace docket {
namespace {

void measure_start(QueueCounts& counts, std::int64_t now_ms) noexcept {
  constexpr std::int64_t longest_ms = 60'000;
  constexpr std::uint64_t weight = 8;  // of the mean so far against one new interval
  if (counts.last_start_ms != 0) {
    const auto interval =
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(now_ms - counts.last_start_ms, 0, longest_ms)) * 1000;
    const auto before = counts.start_interval_us != 0 ? counts.start_interval_us : interval;
    counts.start_interval_us = std::max<std::uint64_t>(((weight - 1) * before + interval) / weight, 1);
  }
  counts.last_start_ms = counts.accepted > counts.started ? now_ms : 0;
}

}  // namespace

void count_event(QueueCounts& counts, PoolEvent event, std::int64_t now_ms) noexcept {
  switch (event) {
    case PoolEvent::accepted:
      ++counts.accepted;
      break;
    case PoolEvent::started:
      ++counts.started;
      measure_start(counts, now_ms);
      break;
    case PoolEvent::left:
      ++counts.started;
      break;
  }
}

}  // namespace docket
