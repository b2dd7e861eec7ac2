// Setters of the directives that are not in nginx/directives/directives.cpp, for its table. Each says what is wrong
// with its directive, with file and line, and returns nginx's NGX_CONF_OK or NGX_CONF_ERROR.
#pragma once

#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

// nginx/directives/directives.cpp
/// Makes `handler` the location's content handler; two of them in one location are refused. A handler of another module
/// that comes below this one is found by conf.cpp's check_handler().
char* take_location(ngx_conf_t* cf, LocationConf* location, Handler handler) noexcept;

// nginx/directives/access_directives.cpp
char* set_cors(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_tokens(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/queue_directives.cpp
char* set_queue(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/command_directives.cpp
char* set_command(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_command_paths(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/upstream_directives.cpp
char* set_pass(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_header(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_fail_on(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/values.cpp
/// Of all that is in value_table().
char* set_value(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_priority(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/settings_directives.cpp
char* set_settings_file(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/page_directive.cpp
char* set_page(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/defaults_directive.cpp
char* set_defaults(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/log_directive.cpp
char* set_log(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// nginx/directives/callback_directives.cpp
char* set_callback(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_callback_allow(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_callback_secret(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_callback_retries(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

}  // namespace docket::ngx
