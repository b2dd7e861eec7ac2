#include "nginx/core/log_lines.h"

namespace docket::ngx {

std::function<void(std::string_view)> log_lines(ngx_log_t* log, ngx_uint_t level) {
  return [log, level](std::string_view line) { ngx_log_error(level, log, 0, "docket: %*s", line.size(), line.data()); };
}

}  // namespace docket::ngx
