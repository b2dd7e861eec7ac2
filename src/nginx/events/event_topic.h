// What somebody hears about: one job, the caller's, or everybody's.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "host/slots.h"
#include "nginx/worker/hub.h"

namespace docket::ngx {

/// Owned by whoever hears; keeps their place among the streams of their owner.
struct EventTopic {
  std::optional<JobId> job;          ///< nothing: all jobs of the owner
  std::optional<std::string> owner;  ///< nothing: everybody's
  std::optional<Slot> place{};

  void subscribe(Hub& hub, Subscriber& one) const;

  [[nodiscard]] bool covers(const ChangeEntry& change) const {
    return job ? change.job == *job : !owner || change.owner == OwnerKey::of(*owner);
  }

  using Visit = std::function<void(const JobId&, const StatusView&, std::string_view fields, const QueueCounts&)>;
  /// Shows how it is at the moment: the job, if it is there, or all that are not final, the oldest first.
  void each_present(StoreReader& reader, const Visit& visit) const;
};

}  // namespace docket::ngx
