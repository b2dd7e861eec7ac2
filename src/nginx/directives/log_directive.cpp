// docket_log.

#include "nginx/conf/conf.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"
#include "nginx/worker/log_files.h"

namespace docket::ngx {
namespace {

/// Notes the log for the workers, once.
bool note(MainConf* main, ngx_open_file_t* file) noexcept {
  auto** logs = static_cast<ngx_open_file_t**>(main->logs->elts);
  for (ngx_uint_t i = 0; i < main->logs->nelts; ++i) {
    if (logs[i] == file) {
      return true;
    }
  }
  auto** entry = static_cast<ngx_open_file_t**>(ngx_array_push(main->logs));
  if (entry != nullptr) {
    *entry = file;
  }
  return entry != nullptr;
}

}  // namespace

char* set_log(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->log != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  ngx_str_t path = arguments(cf)[1];
  const auto text = view(path);
  if (text == "off") {
    location->log = nullptr;
    return conf_ok;
  }
  if (text.empty() || text.find('$') != std::string_view::npos || text.starts_with("syslog:")) {
    return refuse(cf, path, "expected the path of a file, without variables, or off");
  }
  ngx_str_t full = path;
  if (ngx_conf_full_name(cf->cycle, &full, 0) != NGX_OK) {
    return conf_error;
  }
  // nginx opens it when all is read, and says then what is wrong with it; but not where.
  if (ngx_file_info_t info; ngx_file_info(full.data, &info) == 0 && ngx_is_dir(&info)) {
    return refuse(cf, path, "it is a folder");
  }
  auto* file = ngx_conf_open_file(cf->cycle, &full);
  if (file == nullptr) {
    return conf_error;
  }
  if (file->flush != nullptr && file->flush != reopen_log) {
    return refuse(cf, path, "it is another directive's log, with a buffer");
  }
  file->flush = reopen_log;
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  ngx_str_t request_id = ngx_string("request_id");
  main->request_id = ngx_http_get_variable_index(cf, &request_id);
  if (main->request_id == NGX_ERROR || !note(main, file)) {
    return conf_error;
  }
  location->log = file;
  return conf_ok;
}

}  // namespace docket::ngx
