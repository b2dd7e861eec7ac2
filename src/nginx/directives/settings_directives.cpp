// docket_settings_file.

#include <span>
#include <string>

#include "document/tessdata.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"
#include "nginx/settings/settings_file.h"

namespace docket::ngx {
namespace {

/// The file of this path: one for all locations that name it. Null after saying what is wrong with it.
SettingsFile* settings_file(ngx_conf_t* cf, const ngx_str_t& path) {
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  for (auto* known : std::span(static_cast<SettingsFile**>(main->settings_files->elts), main->settings_files->nelts)) {
    if (known->file().path() == view(path)) {
      return known;
    }
  }
  auto* file = make_in_pool<SettingsFile>(cf->pool, std::string(view(path)),
                                          installed_languages(std::string(view(main->tessdata))));
  auto** place = static_cast<SettingsFile**>(ngx_array_push(main->settings_files));
  if (file == nullptr || place == nullptr) {
    return nullptr;
  }
  *place = file;
  if (!file->read()) {
    for (const auto& mistake : file->problem()) {
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the settings cannot be used: %s", text_of(view(path), mistake).c_str());
    }
    return nullptr;
  }
  return file;
}

}  // namespace

char* set_settings_file(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->settings_file != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  ngx_str_t path = arguments(cf)[1];
  if (view(path) == "none") {
    location->settings_file = nullptr;
    return conf_ok;
  }
  if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
    return conf_error;
  }
  location->settings_file = settings_file(cf, path);
  return location->settings_file != nullptr ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

bool check_settings(ngx_conf_t* cf, const LocationConf& location) {
  if (location.handler == Handler::settings && location.settings_file == nullptr) {
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"docket_settings\" needs \"docket_settings_file\" in %s:%ui",
                  location.file, location.line);
    return false;
  }
  if (!makes_jobs(location.handler) || location.settings_file == nullptr) {
    return true;
  }
  const auto wrong = location.settings_file->add(location);
  if (wrong) {
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "the settings cannot be used: %s",
                  text_of(location.settings_file->file().path(), *wrong).c_str());
  }
  return !wrong;
}

}  // namespace docket::ngx
