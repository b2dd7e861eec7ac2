// Looking at a request.
#pragma once

#include <optional>
#include <string_view>

#include "nginx/ngx.h"

namespace docket::ngx {

/// Calls `visit(value)` with each header field of this name (in lower case) until it returns false.
template <class Visit>
void each_header(ngx_http_request_t* r, std::string_view lower_name, Visit&& visit) {
  for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const ngx_str_t name{headers[i].key.len, headers[i].lowcase_key};
      if (view(name) == lower_name && !visit(view(headers[i].value))) {
        return;
      }
    }
  }
}

/// The first header field of this name (in lower case); lives as long as the request.
std::optional<std::string_view> find_header(ngx_http_request_t* r, std::string_view lower_name) noexcept;

/// What the decoded path has behind the name of its (prefix) location, without a slash in front; empty where the
/// location is exact.
std::string_view path_behind_location(ngx_http_request_t* r) noexcept;

}  // namespace docket::ngx
