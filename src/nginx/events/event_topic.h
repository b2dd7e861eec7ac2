// What a stream of events is about: one job, the caller's jobs, or all jobs.
#pragma once

#include <optional>
#include <string>

#include "host/slots.h"
#include "nginx/worker/hub.h"

namespace docket::ngx {

/// Owned by the stream; has its slot among the streams of the caller.
struct EventTopic {
  std::optional<JobId> job;          ///< nothing: all jobs of the owner
  std::optional<std::string> owner;  ///< nothing: of all owners
  std::optional<Slot> slot{};

  void subscribe(Hub& hub, Subscriber& one) const;

  [[nodiscard]] bool covers(const JobEvent& change) const {
    return job ? change.job == *job : !owner || change.owner == OwnerKey::of(*owner);
  }
};

}  // namespace docket::ngx
