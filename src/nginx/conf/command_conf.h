// What the directives of commands say; part of LocationConf.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

struct CommandConf {
  ngx_array_t* arguments;  ///< ngx_http_complex_value_t: docket_command's, the program first; null: no command
  ngx_flag_t per_file;
  ngx_flag_t network;
  ngx_uint_t workers;  ///< 0: none stay
  ngx_str_t pool;      ///< its name; empty: that of all commands
  ngx_array_t* paths;  ///< ngx_str_t: docket_command_paths; null: none
  size_t log_size;     ///< docket_command_log
  off_t output_size;   ///< docket_command_output
  ngx_str_t settings;  ///< the map `command` of the settings as JSON; empty: none
};

/// Marks all that directives of http, server or location set as not set.
void init(CommandConf& conf) noexcept;

/// Gives a location what its surroundings say and it does not. The command itself is not inherited.
void merge(CommandConf& conf, const CommandConf& previous) noexcept;

}  // namespace docket::ngx
