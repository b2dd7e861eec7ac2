// The present state of the jobs that a reader of events is about.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "nginx/events/event_topic.h"
#include "store/reader.h"

namespace docket::ngx {

/// A job as it is: the data of a `status` event.
struct PresentJob {
  std::string data;
  std::uint64_t change = 0;  ///< of its state; 0: it is not there any more
  bool final = true;
};

/// Which jobs are still to be shown to one reader. They are rendered as the reader takes them: what waits for a slow
/// one is their ids. While there are any, a change is not told, but its job is shown (again), so that nothing comes
/// between. A member of the stream; event loop only.
class PresentJobs {
 public:
  /// The topic's job, or its unfinished ones, the oldest first.
  void begin(const EventTopic& topic, StoreReader& reader);
  /// Once more, unless it is to be shown anyway.
  void add(const JobId& job);
  [[nodiscard]] bool empty() const noexcept { return jobs_.empty(); }
  [[nodiscard]] const JobId& next() const noexcept { return jobs_.front(); }
  /// The next one, which is then shown.
  PresentJob take(StoreReader& reader);

 private:
  std::deque<JobId> jobs_;
};

/// How much is rendered at once.
inline constexpr std::size_t present_bytes = std::size_t{64} << 10U;

}  // namespace docket::ngx
