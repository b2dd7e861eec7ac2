// The content handlers, one a directive. Each answers or takes the request over; none throws.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

ngx_int_t handle_upload(ngx_http_request_t* r) noexcept;
ngx_int_t handle_result(ngx_http_request_t* r) noexcept;
ngx_int_t handle_tasks(ngx_http_request_t* r) noexcept;
ngx_int_t handle_events(ngx_http_request_t* r) noexcept;
ngx_int_t handle_health(ngx_http_request_t* r) noexcept;
ngx_int_t handle_settings(ngx_http_request_t* r) noexcept;
ngx_int_t handle_page(ngx_http_request_t* r) noexcept;

}  // namespace docket::ngx
