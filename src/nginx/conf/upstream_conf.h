// What the directives of requests to other servers say; part of LocationConf.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// A line of docket_set_header.
struct SetHeader {
  ngx_str_t name;
  ngx_http_complex_value_t value;
};

struct UpstreamConf {
  ngx_http_complex_value_t* url;  ///< docket_pass; null: no upstream
  ngx_flag_t prefer;              ///< the answer is held unless the client prefers otherwise
  ngx_array_t* headers;           ///< SetHeader: docket_set_header; null: none
  ngx_uint_t failing;             ///< docket_pass_fail_on: bit n for responses of n hundred
  off_t response_size;            ///< docket_pass_response
};

/// Marks all that directives of http, server or location set as not set.
void init(UpstreamConf& conf) noexcept;

/// Gives a location what its surroundings say and it does not. docket_pass itself is not inherited.
void merge(UpstreamConf& conf, const UpstreamConf& previous) noexcept;

}  // namespace docket::ngx
