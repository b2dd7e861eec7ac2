// The directives of requests to other servers: docket_pass, docket_set_header, docket_pass_fail_on.

#include <algorithm>
#include <span>
#include <string_view>

#include "http/field/text.h"
#include "nginx/conf/conf.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

constexpr ngx_uint_t unset_classes = NGX_CONF_UNSET_UINT;

}  // namespace

void init(UpstreamConf& conf) noexcept {
  conf.headers = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
  conf.failing = unset_classes;
}

void merge(UpstreamConf& conf, const UpstreamConf& previous) noexcept {
  if (conf.headers == NGX_CONF_UNSET_PTR) {
    conf.headers = previous.headers == NGX_CONF_UNSET_PTR ? nullptr : previous.headers;
  }
  ngx_conf_merge_uint_value(conf.failing, previous.failing, 0);
}

char* set_pass(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  auto& upstream = location->upstream;
  const auto values = arguments(cf).subspan(1);
  const auto url = view(values[0]);
  if (values.size() == 2) {
    if (view(values[1]) != "prefer") {
      return refuse(cf, values[1], "expected prefer");
    }
    upstream.prefer = 1;
  }
  const auto scheme_end = url.find("://");
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (!is_http && !url.starts_with('$')) {
    return refuse(cf, values[0], "expected a URL that begins with http:// or https://");
  }
  if (is_http && url.size() == scheme_end + 3) {
    return refuse(cf, values[0], "expected a host in the URL");
  }
  upstream.url = static_cast<ngx_http_complex_value_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t)));
  if (upstream.url == nullptr || !compile(cf, values[0], upstream.url)) {
    return conf_error;
  }
  const auto* core =
      static_cast<const ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
#if (NGX_PCRE)
  const bool is_regex = core->regex != nullptr;
#else
  const bool is_regex = false;
#endif
  const bool has_path = is_http && url.find('/', scheme_end + 3) != std::string_view::npos;
  const bool is_socket = is_http && url.substr(scheme_end + 3).starts_with("unix:");
  if (upstream.url->lengths == nullptr && has_path && !is_socket && (is_regex || core->named)) {
    return refuse(cf, values[0],
                  "in a location by regular expression, or a named one, the URL must have no path, or variables in it");
  }
  return take_location(cf, location, Handler::pass);
}

char* set_header(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto& upstream = static_cast<LocationConf*>(conf)->upstream;
  const auto values = arguments(cf).subspan(1);
  const auto name = view(values[0]);
  if (name.empty() || !std::ranges::all_of(name, http::is_token_char)) {
    return refuse(cf, values[0], "expected the name of a header field");
  }
  if (upstream.headers == NGX_CONF_UNSET_PTR) {
    upstream.headers = ngx_array_create(cf->pool, 4, sizeof(SetHeader));
    if (upstream.headers == nullptr) {
      return conf_error;
    }
  }
  auto* header = static_cast<SetHeader*>(ngx_array_push(upstream.headers));
  if (header == nullptr) {
    return conf_error;
  }
  header->name = values[0];
  return compile(cf, values[1], &header->value) ? conf_ok : conf_error;
}

char* set_fail_on(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto& upstream = static_cast<LocationConf*>(conf)->upstream;
  if (upstream.failing != unset_classes) {
    return duplicate;
  }
  upstream.failing = 0;
  const auto values = arguments(cf).subspan(1);
  if (values.size() == 1 && view(values[0]) == "none") {
    return conf_ok;
  }
  for (const auto& value : values) {
    const auto text = view(value);
    if (text.size() != 3 || text[0] < '3' || text[0] > '5' || text.substr(1) != "xx") {
      return refuse(cf, value, "expected 3xx, 4xx or 5xx, or none alone");
    }
    upstream.failing |= ngx_uint_t{1} << static_cast<unsigned>(text[0] - '0');
  }
  return conf_ok;
}

}  // namespace docket::ngx
