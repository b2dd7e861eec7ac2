#include "nginx/events/present_jobs.h"

#include <algorithm>
#include <utility>

#include "http/body/status_body.h"

namespace docket::ngx {
namespace {

/// Unfinished jobs that are shown at first.
constexpr std::uint32_t most_present = 1000;

constexpr std::uint8_t only(State state) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(state));
}

}  // namespace

void PresentJobs::begin(const EventTopic& topic, StoreReader& reader) {
  jobs_.clear();
  if (topic.job) {
    jobs_.push_back(*topic.job);
    return;
  }
  ListQuery query;
  query.owner = topic.owner;
  query.states = only(State::pending) | only(State::processing);
  query.limit = most_present;
  (void)reader.list(query, [&](const JobId& id, const StatusView&) { jobs_.push_front(id); });
}

void PresentJobs::add(const JobId& job) {
  if (std::ranges::find(jobs_, job) == jobs_.end()) {
    jobs_.push_back(job);
  }
}

PresentJob PresentJobs::take(StoreReader& reader) {
  const auto id = jobs_.front();
  jobs_.pop_front();
  PresentJob present;
  const auto read =
      reader.status(id, [&](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
        http::append_status(present.data, id, status, fields, counts);
        present.change = status.head.change;
        present.final = is_final(status.head.state);
      });
  if (!read) {
    present = {};
    http::append_deleted(present.data, id);
  }
  return present;
}

}  // namespace docket::ngx
