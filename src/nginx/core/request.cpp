#include "nginx/core/request.h"

namespace docket::ngx {

namespace {

/// Calls `visit(value)` with each header field of this name until it returns false.
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

}  // namespace

std::optional<std::string_view> find_header(ngx_http_request_t* r, std::string_view lower_name) noexcept {
  std::optional<std::string_view> found;
  each_header(r, lower_name, [&found](std::string_view value) {
    found = value;
    return false;
  });
  return found;
}

std::vector<std::string_view> find_headers(ngx_http_request_t* r, std::string_view lower_name) {
  std::vector<std::string_view> values;
  each_header(r, lower_name, [&values](std::string_view value) {
    values.push_back(value);
    return true;
  });
  return values;
}

std::optional<std::string> find_list(ngx_http_request_t* r, std::string_view lower_name) {
  std::optional<std::string> list;
  each_header(r, lower_name, [&list](std::string_view value) {
    list = list ? *list + ", " + std::string(value) : std::string(value);
    return true;
  });
  return list;
}

http::Preconditions preconditions_of(ngx_http_request_t* r) {
  return {.if_match = find_list(r, "if-match"), .if_none_match = find_list(r, "if-none-match")};
}

std::string_view path_behind_location(ngx_http_request_t* r) noexcept {
  const auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  auto path = view(r->uri);
  const auto prefix = view(core->name);
  if (!path.starts_with(prefix)) {
    return {};  // a regular expression's location
  }
  path.remove_prefix(prefix.size());
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  return path;
}

}  // namespace docket::ngx
