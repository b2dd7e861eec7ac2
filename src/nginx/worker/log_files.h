// The files of docket_log between nginx, which opens them, and the threads that write.
#pragma once

#include "base/line_files.h"
#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// For ngx_open_file_t::flush: nginx gets the signal to open its logs anew (USR1) and closes its own
/// descriptor, even while a thread writes with it: so threads have descriptors of their own.
void reopen_log(ngx_open_file_t* file, ngx_log_t* log) noexcept;

/// Has `files` write with descriptors like those that nginx has opened.
void keep_logs(const MainConf& conf, LineFiles& files);

/// A log that root has just made is the workers', as it is after USR1: one of them may have to open it by its name, for
/// a job that was accepted under another configuration.
void give_logs_to_workers(ngx_cycle_t* cycle, const MainConf& conf) noexcept;

}  // namespace docket::ngx
