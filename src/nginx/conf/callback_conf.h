// What the directives about callbacks say: a part of LocationConf.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nginx/core/ngx.h"

namespace docket {
class SecretFiles;
}

namespace docket::ngx {

/// docket_callback_allow.
struct CallbackAllow {
  bool only = false;
  std::vector<std::string> entries;
};

/// docket_callback_retries: how long each try waits after the one before, in milliseconds.
using CallbackRetries = std::vector<std::uint64_t>;

struct CallbackConf {
  ngx_http_complex_value_t* url;  ///< null: none
  ngx_flag_t from_client;
  const CallbackAllow* allow;      ///< null: nothing
  ngx_str_t secret;                ///< path; empty: not signed
  const CallbackRetries* retries;  ///< null: the default
};

/// nginx's "not set".
void init(CallbackConf& conf) noexcept;
/// What is not set is the level's above, or the default.
void merge(CallbackConf& conf, const CallbackConf& previous) noexcept;

}  // namespace docket::ngx
