// Where exceptions end, with a line in the log: nginx is C, and a 500 alone does not say what is wrong.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// log_exception() for what was done for a request; gives what its handler returns then, 500.
ngx_int_t internal_error(ngx_http_request_t* r, const char* what) noexcept;

/// The same for a directive, with file and line; gives what its setter returns then.
char* refuse_exception(ngx_conf_t* cf) noexcept;

/// Calls `work` for a callback that returns nothing: a timer, an event, a task. An exception ends here, in the log;
/// then it returns false. Any thread.
template <class Work>
bool guard(ngx_log_t* log, const char* what, Work&& work) noexcept {
  try {
    work();
    return true;
  } catch (...) {
    log_exception(log, what);
    return false;
  }
}

}  // namespace docket::ngx
