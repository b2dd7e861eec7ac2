// Setters of the directives that are not in nginx/directives/directives.cpp, for its table. Each says what is wrong with its
// directive, with file and line, and returns nginx's NGX_CONF_OK or NGX_CONF_ERROR.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

char* set_options(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;   ///< nginx/directives/access_directives.cpp
char* set_cors(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;      ///< nginx/directives/access_directives.cpp
char* set_tokens(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;    ///< nginx/directives/access_directives.cpp
char* set_queue(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;     ///< nginx/directives/queue_directives.cpp
char* set_expire(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;    ///< nginx/directives/queue_directives.cpp
char* set_priority(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;  ///< nginx/directives/queue_directives.cpp
char* set_defaults(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;  ///< nginx/defaults_directive.cpp
char* set_log(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;       ///< nginx/directives/log_directive.cpp

// nginx/directives/callback_directives.cpp
char* set_callback(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_callback_allow(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_callback_secret(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_callback_retries(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

}  // namespace docket::ngx
