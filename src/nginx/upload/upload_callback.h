// Where the end of a job is told: what an upload asks for, or its location.
#pragma once

#include <optional>

#include "base/error.h"
#include "http/form/option.h"
#include "job/delivery.h"
#include "nginx/conf/callback_conf.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Where the end of a job that `r` submits is told: what its client asked for, else docket_callback, evaluated.
/// bad_option for a client's URL that is malformed. What docket_callback's variables make is not the client's fault: a
/// malformed URL goes to the log, and the job has no callback.
Result<std::optional<Callback>> callback_for(ngx_http_request_t* r, const CallbackConf& conf,
                                             const http::RawOptions& options);

}  // namespace docket::ngx
