// $docket_job_id, $docket_status, $docket_owner, $docket_filename, $docket_bytes: for access_log, headers, maps.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Makes the variables known, before the configuration is read: nginx's preconfiguration.
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

}  // namespace docket::ngx
