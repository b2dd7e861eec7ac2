#include "nginx/jobs/job_changes.h"

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "http/body/status_body.h"
#include "http/field/conditional.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/jobs/deliveries.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/status.h"

namespace docket::ngx {
namespace {

/// What If-Match and If-None-Match ask of a job's status, for the transaction that changes it; empty where the request
/// has neither.
Condition condition_of(ngx_http_request_t* r) {
  auto wanted = preconditions_of(r);
  if (wanted.empty()) {
    return {};
  }
  return [wanted = std::move(wanted)](std::uint64_t change) {
    return http::check_preconditions(wanted, http::status_etag(change));
  };
}

/// Commits `change` on an I/O thread, has `clean_up(change)` done there, and answers with `answer(request, change)`;
/// where the change was refused, with why.
template <class Made>
ngx_int_t commit(ngx_http_request_t* r, Worker& worker, Made change, std::function<void(Made&)> clean_up,
                 std::function<ngx_int_t(ngx_http_request_t*, Made&)> answer) {
  auto shared = std::make_shared<Made>(std::move(change));
  shared->now_ms = unix_ms();
  shared->condition = condition_of(r);
  shared->result = fail(ErrorCode::store_unavailable, "The job could not be changed.");
  const auto held = HeldRequest::hold(r);
  if (!held) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  auto work = [shared, clean_up = std::move(clean_up), &committer = worker.committer()] {
    const Command one = shared.get();
    committer.commit({&one, 1});
    if (shared->result && clean_up) {
      clean_up(*shared);
    }
  };
  auto then = [shared, held, answer = std::move(answer)] {
    held->finish([&](ngx_http_request_t* request) {
      return shared->result ? answer(request, *shared) : send_problem(request, shared->result.error());
    });
  };
  if (!worker.post_io(std::move(work), std::move(then))) {
    held->finish([](ngx_http_request_t* request) {
      return send_problem(request, Error{ErrorCode::store_unavailable, "The docket_io threads take no more tasks."});
    });
  }
  return NGX_DONE;
}

}  // namespace

ngx_int_t cancel_job(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id) {
  return commit<CancelJob>(r, worker, {.job = id, .owner = caller.restricted_to()}, {},
                           [&worker, caller](ngx_http_request_t* request, CancelJob& change) {
                             return send_status(request, worker, caller, change.job, NGX_HTTP_OK);
                           });
}

ngx_int_t resend_callback(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id) {
  return commit<ResendDelivery>(r, worker, {.job = id, .owner = caller.restricted_to()}, {},
                                [&worker, caller](ngx_http_request_t* request, ResendDelivery& change) {
                                  return send_deliveries(request, worker, caller, change.job, NGX_HTTP_ACCEPTED);
                                });
}

ngx_int_t remove_job(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id) {
  return commit<RemoveJob>(
      r, worker, {.job = id, .owner = caller.restricted_to()},
      [&spool = worker.spool()](RemoveJob& change) {
        // What cannot be unlinked now is an orphan, and the reaper's.
        (void)spool.remove_job(change.job, static_cast<std::uint32_t>(change.result->files.size()),
                               change.output_files);
      },
      [&worker](ngx_http_request_t* request, RemoveJob& change) {
        remember(request, change.job, change.result->head.state);
        std::string& body = worker.scratch();
        http::append_deleted(body, change.job);
        return send_body(request, NGX_HTTP_OK, json_type, body);
      });
}

}  // namespace docket::ngx
