// The directives about callbacks.

#include <string>

#include "callback/address_filter.h"
#include "callback/secret_files.h"
#include "http/form/callback_url.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

/// A try more than this is no try any more.
constexpr std::size_t max_retries = 100;

template <class T>
T* unset() noexcept {
  return static_cast<T*>(NGX_CONF_UNSET_PTR);
}

}  // namespace

void init(CallbackConf& conf) noexcept {
  conf.url = unset<ngx_http_complex_value_t>();
  conf.allow = unset<CallbackAllow>();
  conf.retries = unset<CallbackRetries>();
}

void merge(CallbackConf& conf, const CallbackConf& previous) noexcept {
  ngx_conf_merge_ptr_value(conf.url, previous.url, nullptr);
  ngx_conf_merge_ptr_value(conf.allow, previous.allow, nullptr);
  ngx_conf_merge_str_value(conf.secret, previous.secret, "");
  ngx_conf_merge_ptr_value(conf.retries, previous.retries, nullptr);
}

char* set_callback(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto& callbacks = static_cast<LocationConf*>(conf)->callbacks;
  if (callbacks.url != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  ngx_str_t value = arguments(cf)[1];
  if (view(value) == "off") {
    callbacks.url = nullptr;
    return conf_ok;
  }
  if (view(value).find('$') == std::string_view::npos) {
    if (const auto good = http::check_callback_url(view(value)); !good) {
      return refuse(cf, value, good.error().detail.c_str());
    }
  }
  callbacks.url = static_cast<ngx_http_complex_value_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t)));
  if (callbacks.url == nullptr) {
    return conf_error;
  }
  ngx_http_compile_complex_value_t compile{};
  compile.cf = cf;
  compile.value = &value;
  compile.complex_value = callbacks.url;
  return ngx_http_compile_complex_value(&compile) == NGX_OK ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

char* set_callback_allow(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto& callbacks = static_cast<LocationConf*>(conf)->callbacks;
  if (callbacks.allow != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  auto values = arguments(cf).subspan(1);
  if (values.size() == 1 && view(values[0]) == "none") {
    callbacks.allow = nullptr;
    return conf_ok;
  }
  CallbackAllow allow;
  allow.only = view(values[0]) == "only";
  values = values.subspan(allow.only ? 1 : 0);
  if (values.empty()) {
    return refuse(cf, arguments(cf)[1], "expected networks or hosts behind it");
  }
  for (const auto& value : values) {
    if (!is_allow_entry(view(value)) || view(value) == "only" || view(value) == "none") {
      return refuse(cf, value,
                    "expected networks such as 10.0.0.0/8 or fd00::/8 (no bit set behind the prefix), addresses and "
                    "host names, perhaps with \"only\" in front of all");
    }
    allow.entries.emplace_back(view(value));
  }
  callbacks.allow = make_in_pool<CallbackAllow>(cf->pool, std::move(allow));
  return callbacks.allow != nullptr ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

char* set_callback_secret(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto& callbacks = static_cast<LocationConf*>(conf)->callbacks;
  if (callbacks.secret.data != nullptr) {
    return duplicate;
  }
  ngx_str_t path = arguments(cf)[1];
  if (view(path) == "off") {
    callbacks.secret = ngx_string("");
    return conf_ok;
  }
  if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
    return conf_error;
  }
  const auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  if (const auto read = main->secret_files->read(std::string(view(path))); !read) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the secrets in \"%V\" cannot be used: %s", &path,
                       read.error().detail.c_str());
    return conf_error;
  }
  callbacks.secret = path;
  return conf_ok;
} catch (...) {
  return refuse_exception(cf);
}

char* set_callback_retries(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto& callbacks = static_cast<LocationConf*>(conf)->callbacks;
  if (callbacks.retries != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  CallbackRetries retries;
  for (auto value : arguments(cf).subspan(1)) {
    const auto wait = ngx_parse_time(&value, 0);
    if (wait == NGX_ERROR || retries.size() == max_retries) {
      return refuse(cf, value,
                    "expected times such as 0 5s 1m, how long each try waits after the one before; at most 100");
    }
    retries.push_back(static_cast<std::uint64_t>(wait));
  }
  callbacks.retries = make_in_pool<CallbackRetries>(cf->pool, std::move(retries));
  return callbacks.retries != nullptr ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

}  // namespace docket::ngx
