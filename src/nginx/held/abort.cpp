#include "nginx/held/abort.h"

#include <memory>

#include "base/clock.h"
#include "nginx/core/exception.h"

namespace docket::ngx {

void abort_if_unread(Worker& worker, const JobId& job, ngx_log_t* log) noexcept {
  guard(log, "docket_abort", [&] {
    const auto summary = worker.reader().summary(job);
    const auto record = worker.reader().record(job);
    if (!summary || !record || is_final(summary->head.state) || !record->abort_unread || !worker.hub().is_unread(job)) {
      return;
    }
    const auto cancel = std::make_shared<CancelJob>();
    cancel->job = job;
    cancel->now_ms = unix_ms();
    cancel->why = "The client that waited for the job has gone, and nobody else waits for it (docket_abort).";
    cancel->result = fail(ErrorCode::store_unavailable, "The job could not be changed.");
    auto work = [cancel, &committer = worker.committer()] {
      const Command one = cancel.get();
      committer.commit({&one, 1});
    };
    auto then = [cancel, log = ngx_cycle->log] {
      if (!cancel->result && cancel->result.error().code != ErrorCode::not_found) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "docket: job %s was not aborted: %s", cancel->job.text().c_str(),
                      cancel->result.error().detail.c_str());
      }
    };
    if (!worker.post_io(std::move(work), std::move(then))) {
      ngx_log_error(NGX_LOG_ERR, log, 0, "docket: job %s was not aborted: the docket_io threads take no more tasks",
                    job.text().c_str());
    }
  });
}

}  // namespace docket::ngx
