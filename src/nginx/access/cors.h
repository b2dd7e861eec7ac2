// Pages of other origins in our locations: docket_cors, and which origins may change something at all.
#pragma once

#include "base/error.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Whether this request may do what its method does, coming from where it comes from; cross_origin if not.
Result<void> check_origin(ngx_http_request_t* r);

/// Adds what tells a browser that a page may read this answer, if docket_cors lists its origin. False when memory is
/// short.
bool add_cors_headers(ngx_http_request_t* r) noexcept;

/// Has preflights answered before access is checked: they carry no credentials. Called once, at the end of the
/// configuration; false when memory is short.
bool install_preflights(ngx_conf_t* cf) noexcept;

}  // namespace docket::ngx
