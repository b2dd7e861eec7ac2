// docket_pass: the request as it is to be sent on.
#pragma once

#include <string>

#include "base/error.h"
#include "job/job.h"
#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// What becomes of a client's request.
struct OutgoingRequest {
  UpstreamWork work;
  std::string head;      ///< its fields, a line each as libcurl takes them; may say who the client is
  std::string identity;  ///< what of them tells one client's request from another's, and what it asks for
};

/// The request on behalf of the job `id`, whose links begin with `result_url`: to docket_pass's URL, as proxy_pass
/// makes it of a request's (ngx_http_proxy_module), with the client's fields, but for those of the connection and those
/// that are for us, and with docket_set_header's. io where a variable cannot be evaluated, or makes no URL.
Result<OutgoingRequest> outgoing_request(ngx_http_request_t* r, const LocationConf& conf, const Worker& worker,
                                         const JobId& id, const std::string& result_url, const Origin& origin);

/// What is signed for the server that works on the job, so that it may say how far it is.
std::string progress_subject(const JobId& id);

}  // namespace docket::ngx
