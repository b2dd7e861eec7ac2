// Callbacks: what an upload asks for, who sends it, and what has become of it.
#pragma once

#include <memory>
#include <optional>

#include "store/committer.h"
#include "job/delivery.h"
#include "http/form/option.h"
#include "nginx/access/access.h"
#include "nginx/conf/callback_conf.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"
#include "callback/callback_sender.h"
#include "work/runner.h"

namespace docket::ngx {

/// Where the end of a job that `r` submits is told: what its client asked for, else docket_callback, evaluated.
/// bad_option for a client's URL that is none; what docket_callback's variables make is not the client's fault: it is
/// told in the log, and the job has no callback.
Result<std::optional<Callback>> callback_for(ngx_http_request_t* r, const CallbackConf& conf,
                                             const http::RawOptions& options);

/// Starts this worker's sender, which hears of what waits by a bell in the store's run/; rung from now on by `store`.
Result<std::unique_ptr<CallbackSender>> start_callbacks(Store& store, Committer& committer, const Workshop& workshop,
                                                        const SecretFiles& secrets);

/// Answers with the list of a job's deliveries.
ngx_int_t send_deliveries(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id,
                          ngx_uint_t code);

}  // namespace docket::ngx
