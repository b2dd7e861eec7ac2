#include "nginx/jobs/deliveries.h"

#include <string>

#include "http/body/callback_body.h"
#include "nginx/core/response.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/status.h"

namespace docket::ngx {

ngx_int_t send_deliveries(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id,
                          ngx_uint_t code) {
  const auto job = open_summary_blocking(r, worker, caller, id);
  if (!job) {
    return send_problem(r, job.error());
  }
  const auto delivery = worker.reader().delivery(id);
  if (!delivery) {
    return send_problem(r, delivery.error());
  }
  std::string& body = worker.scratch();
  http::append_deliveries(body, id, job->head.state, *delivery);
  return send_body(r, code, json_type, body);
}

}  // namespace docket::ngx
