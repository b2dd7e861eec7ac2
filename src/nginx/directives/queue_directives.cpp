// The directives about how many jobs there may be, whose turn it is, and how long they are kept.

#include "nginx/conf/conf.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {

char* set_queue(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* main = static_cast<MainConf*>(conf);
  if (main->queue_jobs != NGX_CONF_UNSET) {
    return duplicate;
  }
  main->queue_jobs = default_queue_jobs;
  for (const auto& value : arguments(cf).subspan(1)) {
    const auto jobs = after(value, "jobs");
    const auto per_owner = jobs ? jobs : after(value, "per_owner");
    const ngx_int_t number = per_owner ? ngx_atoi(per_owner->data, per_owner->len) : NGX_ERROR;
    if (number < 1) {
      return refuse(cf, value, "expected jobs=N or per_owner=N, at least 1");
    }
    (jobs ? main->queue_jobs : main->queue_per_owner) = number;
  }
  return conf_ok;
}

char* set_expire(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->expire != NGX_CONF_UNSET) {
    return duplicate;
  }
  ngx_str_t value = arguments(cf)[1];
  if (view(value) == "never") {
    location->expire = 0;
    return conf_ok;
  }
  location->expire = ngx_parse_time(&value, 1);
  if (location->expire == NGX_ERROR || location->expire < 1) {
    return refuse(cf, value, "expected never or a time such as 7d, at least 1s");
  }
  return conf_ok;
}

char* set_priority(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
  const auto& value = arguments(cf)[1];
  const auto text = view(value);
  if (text.find('$') == std::string_view::npos && (text.size() != 1 || text[0] < '0' || text[0] > '9')) {
    return refuse(cf, value, "expected a number from 0 (first) to 9 (last), or a variable");
  }
  return ngx_http_set_complex_value_slot(cf, command, conf);
}

}  // namespace docket::ngx
