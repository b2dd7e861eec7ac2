// Lines in nginx's log from code that knows no nginx.
#pragma once

#include <functional>
#include <string_view>

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Writes each line to `log` at this level. For threads, too: nginx writes a line with one call.
std::function<void(std::string_view)> log_lines(ngx_log_t* log, ngx_uint_t level);

}  // namespace docket::ngx
