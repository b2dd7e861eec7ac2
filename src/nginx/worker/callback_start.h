// The thread of this worker that sends callbacks.
#pragma once

#include <memory>

#include "base/error.h"
#include "callback/callback_sender.h"
#include "host/wakeup.h"
#include "nginx/conf/callback_conf.h"
#include "work/runner.h"

namespace docket::ngx {

/// Starts this worker's sender, which `wakeup` tells of deliveries that wait. The caller owns it; everything given
/// outlives it.
Result<std::unique_ptr<CallbackSender>> start_callback_sender(const WorkContext& context, Wakeup& wakeup,
                                                              const SecretFiles& secrets);

}  // namespace docket::ngx
