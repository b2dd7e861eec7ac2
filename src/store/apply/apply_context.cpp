#include "store/apply/apply_context.h"

#include <utility>

#include "job/progress/progress.h"
#include "store/apply/job_events.h"

namespace docket {

Result<OpenJob> ApplyContext::open_job(const JobId& id) {
  auto status = backend.status(id);
  if (!status) {
    return pass_on(status);
  }
  OpenJob job{.id = id, .owner = OwnerKey::of(status->owner), .before = *status, .status = {}};
  job.status = std::move(*status);
  return job;
}

Result<OpenJob> ApplyContext::open_job_of(const std::optional<std::string>& owner, const JobId& id,
                                          const Condition& condition) {
  auto job = open_job(id);
  if (job && owner && *owner != job->status.owner) {
    return fail(ErrorCode::not_found, "there is no such job");
  }
  if (job && condition) {
    if (auto may = condition(job->status.head.change); !may) {
      return pass_on(may);
    }
  }
  return job;
}

Result<const JobRecord*> ApplyContext::record_of(OpenJob& job) {
  if (job.record) {
    return &*job.record;
  }
  auto record = backend.record(job.id);
  if (!record) {
    return pass_on(record);
  }
  return &job.record.emplace(std::move(*record));
}

void ApplyContext::write_pages(OpenJob& job, std::span<const PageRecord> pages) {
  if (pages.empty()) {
    return;
  }
  std::uint64_t bytes = 0;
  for (const auto& page : pages) {
    bytes += size_of(page.outputs);
    auto& runs = job.pages;
    if (!runs.empty() && runs.back().file == page.file && runs.back().page + runs.back().pages == page.page) {
      ++runs.back().pages;
    } else {
      runs.push_back({JobEventKind::page, page.file, page.page});
    }
  }
  // What is committed once stays (job/outputs.h, Outputs): a client may be reading it.
  backend.insert_pages(job.id, pages);
  backend.count_bytes(job.id, static_cast<std::int64_t>(bytes));
}

void ApplyContext::write_outputs(const JobId& id, const Outputs& outputs) {
  backend.put_outputs(id, outputs);
  backend.count_bytes(id, static_cast<std::int64_t>(size_of(outputs)));
}

void ApplyContext::close_job(OpenJob& job) {
  find_events(job, [&] { return backend.units(job.id); });
  if (job.events.empty()) {
    return;
  }
  auto& head = job.status.head;
  const auto& old = job.before.head;
  const bool ends = is_final(head.state) && !is_final(old.state);
  if (ends) {
    if (const auto record = record_of(job)) {
      settle_retention(**record, job.status);
      if ((*record)->fingerprint && is_dedupe_source(job.status)) {
        backend.put_dedupe_source(*(*record)->fingerprint, job.id);
      }
    }
  }
  for (const auto& event : job.events) {
    head.change = append_event(job, event);
  }
  if (is_final(head.state)) {
    head.has_secret = 0;  // it is not needed any more: the documents are not opened again
  }
  backend.put_status(job.id, job.before, job.status);
  if (head.state != old.state) {
    publish(job, old.state, head.state, head.updated_ms);
    backend.count_job(job.owner, old.state, head.state);
  }
  if (head.input_gone != old.input_gone) {
    backend.count_bytes(job.id, -static_cast<std::int64_t>(input_size(job.before)));
  }
  const bool left_line = head.started_ms != 0 || is_final(head.state);
  if (left_line && old.started_ms == 0 && !is_final(old.state)) {
    backend.count_in_pool(head.pool, PoolEvent::started, head.updated_ms);
  }
  if (ends) {
    backend.remove_units(job.id);  // of a job that is over nothing waits or runs
    if (const auto state = backend.callback(job.id)) {
      put_delivery(job.id, *state, begin_delivery(state->callback, head.updated_ms));
    }
  }
}

std::uint64_t ApplyContext::append_event(const OpenJob& job, const EventRun& event) {
  return backend.append_events({job.owner, job.id, event.kind, event.file, event.page}, event.pages);
}

void ApplyContext::publish(OpenJob& job, std::optional<State> from, std::variant<State, Removal> to,
                           std::int64_t at_ms) {
  if (!publish_) {
    return;
  }
  // Which log the job is told of in stands in its record.
  if (const auto record = record_of(job); record && !(*record)->origin.log.empty()) {
    transitions_.push_back({.from = from, .to = to, .at_ms = at_ms, .record = **record, .status = job.status});
  }
}

void ApplyContext::put_delivery(const JobId& id, const CallbackState& state, const Delivery& now) {
  backend.put_delivery(id, state, now);
  posted_ = posted_ || now.state == DeliveryState::waiting;
}

}  // namespace docket
