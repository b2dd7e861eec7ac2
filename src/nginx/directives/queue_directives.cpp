// docket_queue: how many jobs there may be.

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

}  // namespace docket::ngx
