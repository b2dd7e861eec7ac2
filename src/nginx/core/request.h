// Looking at a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/field/conditional.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// The first header field of this name (in lower case); lives as long as the request.
std::optional<std::string_view> find_header(ngx_http_request_t* r, std::string_view lower_name) noexcept;

/// All of this name, in the order they came in.
std::vector<std::string_view> find_headers(ngx_http_request_t* r, std::string_view lower_name);

/// All of this name as one list (RFC 9110, 5.3); nothing where the request has no such field.
std::optional<std::string> find_list(ngx_http_request_t* r, std::string_view lower_name);

/// The fields If-Match and If-None-Match.
http::Preconditions preconditions_of(ngx_http_request_t* r);

/// What the decoded path has behind the name of its (prefix) location, without a slash in front; empty where the
/// location is exact.
std::string_view path_behind_location(ngx_http_request_t* r) noexcept;

}  // namespace docket::ngx
