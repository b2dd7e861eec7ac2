// The directives about access: which clients may do what, and how they are known.

#include <new>
#include <string>

#include "http/field/cors.h"
#include "nginx/conf/conf.h"
#include "nginx/conf/token_file.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

/// The file of this path: one for all locations that name it. Null after saying what is wrong with it.
TokenFile* token_file(ngx_conf_t* cf, const ngx_str_t& path) {
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  auto** files = static_cast<TokenFile**>(main->token_files->elts);
  for (ngx_uint_t i = 0; i < main->token_files->nelts; ++i) {
    if (files[i]->path() == view(path)) {
      return files[i];
    }
  }
  auto read = TokenFile::read(std::string(view(path)));
  if (!read) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the tokens in \"%V\" cannot be used: %s", &path,
                       read.error().detail.c_str());
    return nullptr;
  }
  auto* file = make_in_pool<TokenFile>(cf->pool, std::move(*read));
  auto** place = static_cast<TokenFile**>(ngx_array_push(main->token_files));
  if (file == nullptr || place == nullptr) {
    return nullptr;
  }
  return *place = file;
}

}  // namespace

char* set_cors(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->cors != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  const auto origins = arguments(cf).subspan(1);
  if (origins.size() == 1 && view(origins[0]) == "off") {
    location->cors = nullptr;
    return conf_ok;
  }
  http::CorsPolicy policy;
  policy.any = origins.size() == 1 && view(origins[0]) == "*";
  for (const auto& origin : policy.any ? origins.subspan(1) : origins) {
    if (!http::is_origin(view(origin))) {
      return refuse(cf, origin,
                    "expected origins as browsers write them, such as https://app.example or "
                    "http://localhost:3000, or * alone, or off alone");
    }
    policy.origins.emplace_back(view(origin));
  }
  location->cors = make_in_pool<http::CorsPolicy>(cf->pool, std::move(policy));
  return location->cors != nullptr ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

char* set_tokens(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->tokens != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  ngx_str_t path = arguments(cf)[1];
  if (view(path) == "off") {
    location->tokens = nullptr;
    return conf_ok;
  }
  if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
    return conf_error;
  }
  location->tokens = token_file(cf, path);
  return location->tokens != nullptr ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

}  // namespace docket::ngx
