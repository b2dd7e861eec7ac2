// Where a request that names a job gets to see it.
#pragma once

#include <string_view>
#include <utility>

#include "base/error.h"
#include "job/job_id.h"
#include "nginx/access/access.h"
#include "nginx/core/context.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// The answer where there is no job, or it is another owner's: its text is send_problem()'s.
inline Error no_such_job() {
  return Error{ErrorCode::not_found, {}};
}

/// Keeps for the variables which job a request is about, and its state.
inline void remember(ngx_http_request_t* r, const JobId& id, State state) noexcept {
  if (Context* context = context_of(r)) {
    context->job = id;
    context->state = state;
  }
}

/// A job as a request sees it: views of the store's snapshot, which die when `use` returns.
struct OpenedJob {
  const StatusView& status;
  std::string_view fields;
  const QueueCounts& counts;
};

/// Calls `use(OpenedJob)` with the job, if it is there for this caller, and keeps for the variables that the request is
/// about it; not_found where it is not there or another owner's. Blocks the event loop while the store is read: with
/// LMDB microseconds, unless the disk has to be read. Requests that name a job look it up here and below, nowhere else.
template <class Use>
Result<void> open_job_blocking(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id,
                               Use&& use) {
  bool may_use = false;
  const auto found =
      worker.reader().status(id, [&](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
        may_use = caller.may_use(status.owner);
        if (may_use) {
          remember(r, id, status.head.state);
          use(OpenedJob{status, fields, counts});
        }
      });
  if (!found) {
    return pass_on(found);
  }
  return may_use ? Result<void>() : fail(no_such_job());
}

/// The same where no more is needed than the job's summary.
inline Result<JobSummary> open_summary_blocking(ngx_http_request_t* r, Worker& worker, const Caller& caller,
                                                const JobId& id) {
  auto job = worker.reader().summary(id);
  if (job && !caller.may_use(job->owner)) {
    return fail(no_such_job());
  }
  if (job) {
    remember(r, id, job->head.state);
  }
  return job;
}

}  // namespace docket::ngx
