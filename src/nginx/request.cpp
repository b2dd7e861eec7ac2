#include "nginx/request.h"

namespace docket::ngx {

std::optional<std::string_view> find_header(ngx_http_request_t* r, std::string_view lower_name) noexcept {
  std::optional<std::string_view> found;
  each_header(r, lower_name, [&](std::string_view value) {
    found = value;
    return false;
  });
  return found;
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
