#include "nginx/core/exception.h"

#include <exception>

namespace docket::ngx {
namespace {

/// Calls `use(text)` with what the exception that is being handled says of itself.
template <class Use>
void with_text(Use&& use) noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    use(error.what());
  } catch (...) {
    use("an exception that is no std::exception");
  }
}

}  // namespace

void log_exception(ngx_log_t* log, const char* what) noexcept {
  with_text([&](const char* text) { ngx_log_error(NGX_LOG_ERR, log, 0, "docket: %s failed: %s", what, text); });
}

ngx_int_t internal_error(ngx_http_request_t* r, const char* what) noexcept {
  log_exception(r->connection->log, what);
  return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

char* refuse_exception(ngx_conf_t* cf) noexcept {
  const auto* directive = static_cast<const ngx_str_t*>(cf->args->elts);
  with_text([&](const char* text) { ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" failed: %s", directive, text); });
  return static_cast<char*>(NGX_CONF_ERROR);
}

}  // namespace docket::ngx
