// Where exceptions end: nginx is C, and a bare 500 tells an operator nothing.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// log_exception() for what was done for a request; gives what its handler returns then, 500.
ngx_int_t internal_error(ngx_http_request_t* r, const char* what) noexcept;

/// The same for a directive, with file and line; gives what its setter returns then.
char* refuse_exception(ngx_conf_t* cf) noexcept;

}  // namespace docket::ngx
