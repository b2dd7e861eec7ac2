// What is kept with a job of the request that made it.
#pragma once

#include "job/job.h"
#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// The client and the host it asked, where the location has a docket_log; and in any case the trace that the request
/// belongs to.
Origin origin_of(ngx_http_request_t* r, const LocationConf& conf);

}  // namespace docket::ngx
