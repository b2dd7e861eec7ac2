// PUT of docket_settings: a new text of the settings.
#pragma once

#include "nginx/access/access.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Takes the request over. Who may change settings is looked at first, then its conditions, then its body.
ngx_int_t put_settings(ngx_http_request_t* r, const Caller& caller);

}  // namespace docket::ngx
