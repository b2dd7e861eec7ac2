#include "nginx/events/event_topic.h"

#include <algorithm>
#include <vector>

namespace docket::ngx {
namespace {

/// Unfinished jobs that are shown at once.
constexpr std::uint32_t most_present = 1000;

constexpr std::uint8_t only(State state) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(state));
}

}  // namespace

void EventTopic::subscribe(Hub& hub, Subscriber& one) const {
  if (job) {
    hub.subscribe(one, *job);
  } else if (owner) {
    hub.subscribe(one, OwnerKey::of(*owner));
  } else {
    hub.subscribe_to_all(one);
  }
}

void EventTopic::each_present(StoreReader& reader, const Visit& visit) const {
  const auto show = [&](const JobId& id) {
    (void)reader.status(id, [&](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
      visit(id, status, fields, counts);
    });
  };
  if (job) {
    show(*job);
    return;
  }
  ListQuery query;
  query.owner = owner;
  query.states = only(State::pending) | only(State::processing);
  query.limit = most_present;
  std::vector<JobId> jobs;
  (void)reader.list(query, [&](const JobId& id, const StatusView&) { jobs.push_back(id); });
  std::for_each(jobs.rbegin(), jobs.rend(), show);
}

}  // namespace docket::ngx
