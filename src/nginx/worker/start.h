// The begin and the end of Docket in a worker process.
#pragma once

#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// In init_process: opens the store and makes the Runtime; may block for a recovery. Where the store cannot be opened,
/// a thread tries again every second, for as long as the process lives.
void start_runtime(ngx_cycle_t* cycle, const MainConf& conf) noexcept;

/// In exit_process, when nginx's threads have ended: destroys it.
void stop_runtime() noexcept;

}  // namespace docket::ngx
