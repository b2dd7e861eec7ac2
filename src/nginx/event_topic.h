// What somebody hears about: one job, the caller's, or everybody's.
#pragma once

#include <functional>
#include <optional>

#include "core/slots.h"
#include "nginx/admission.h"
#include "nginx/hub.h"

namespace docket::ngx {

/// Owned by whoever hears; keeps their place among the streams of their owner.
struct EventTopic {
  Caller caller;
  std::optional<JobId> job;  ///< nothing: all jobs of the caller, or everybody's where `of_all`
  bool of_all = false;
  std::optional<Slot> place{};

  void subscribe(Hub& hub, Subscriber& one) const;

  [[nodiscard]] bool covers(const ChangeEntry& change) const {
    return job ? change.job == *job : of_all || change.owner == OwnerKey::of(caller.owner);
  }

  using Visit = std::function<void(const JobId&, const StatusView&, std::string_view fields, const QueueCounts&)>;
  /// Shows how it is at the moment: the job, if it is there, or all that are not final, the oldest first.
  void each_present(StoreReader& reader, const Visit& visit) const;
};

}  // namespace docket::ngx
