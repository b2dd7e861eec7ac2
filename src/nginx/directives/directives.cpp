// The directives: their table, their values, their checks. `nginx -t` reports a mistake with file and line.

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "document/format.h"
#include "document/media_type.h"
#include "document/tessdata.h"
#include "host/store_place.h"
#include "job/options.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

// ---- http level.

char* set_store(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto* main = static_cast<MainConf*>(conf);
  if (main->store != nullptr) {
    return duplicate;
  }
  const auto values = arguments(cf);
  for (const auto& value : values.subspan(2)) {
    if (const auto map_size = after(value, "map_size")) {
      ngx_str_t text = *map_size;
      main->map_size = ngx_parse_offset(&text);
      if (main->map_size < off_t{16} * 1024 * 1024) {
        return refuse(cf, value, "map_size must be a size of at least 16m");
      }
    } else if (const auto max_size = after(value, "max_size")) {
      ngx_str_t text = *max_size;
      main->max_size = ngx_parse_offset(&text);
      if (main->max_size < off_t{1024} * 1024) {
        return refuse(cf, value, "max_size must be a size of at least 1m");
      }
    } else if (view(value) == "sync=on") {
      main->sync = 1;
    } else if (view(value) == "sync=off") {
      main->sync = 0;
    } else {
      return refuse(cf, value, "expected map_size=SIZE, max_size=SIZE or sync=on|off");
    }
  }
  ngx_str_t path = values[1];
  while (path.len > 1 && path.data[path.len - 1] == '/') {
    path.data[--path.len] = '\0';
  }
  if (path.len == 0) {
    return refuse(cf, path, "expected a folder");
  }
  if (ngx_conf_full_name(cf->cycle, &path, 0) != NGX_OK) {
    return conf_error;
  }
  ngx_file_info_t info;
  if (ngx_file_info(path.data, &info) == 0 && !ngx_is_dir(&info)) {
    return refuse(cf, path, "it is no folder");
  }
  if (const auto local = check_file_system(std::string(view(path)));
      !local && local.error().code == ErrorCode::store_unavailable) {
    return refuse(cf, path, local.error().detail.c_str());
  }
  main->store = static_cast<ngx_path_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_path_t)));
  if (main->store == nullptr) {
    return conf_error;
  }
  main->store->name = path;
  main->store->conf_file = cf->conf_file->file.name.data;
  main->store->line = cf->conf_file->line;
  // nginx itself makes the folder, mode 0700, and gives it to the workers' user.
  return ngx_add_path(cf, &main->store) == NGX_OK ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

char* set_engine(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* main = static_cast<MainConf*>(conf);
  if (main->engine.data != nullptr) {
    return duplicate;
  }
  ngx_str_t path = arguments(cf)[1];
  if (ngx_conf_full_name(cf->cycle, &path, 0) != NGX_OK) {
    return conf_error;
  }
  if (const char* problem = engine_problem(path)) {
    return refuse(cf, path, problem);
  }
  main->engine = path;
  return conf_ok;
}

char* set_threads(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* main = static_cast<MainConf*>(conf);
  if (main->threads_name.data != nullptr) {
    return duplicate;
  }
  const auto values = arguments(cf);
  main->threads_name = values[1];
  if (values.size() == 3) {
    const auto io = after(values[2], "io");
    if (!io) {
      return refuse(cf, values[2], "expected io=NAME");
    }
    main->io_threads_name = *io;
  }
  return conf_ok;
}

char* set_concurrency(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* main = static_cast<MainConf*>(conf);
  if (main->concurrency != NGX_CONF_UNSET) {
    return duplicate;
  }
  const auto& value = arguments(cf)[1];
  if (view(value) == "auto") {
    main->concurrency = 0;
    return conf_ok;
  }
  main->concurrency = ngx_atoi(value.data, value.len);
  if (main->concurrency < 1 || main->concurrency > 1024) {
    return refuse(cf, value, "expected auto or a number from 1 to 1024");
  }
  return conf_ok;
}

ngx_conf_enum_t sandbox_words[] = {{ngx_string("auto"), 0}, {ngx_string("strict"), 1}, {ngx_null_string, 0}};

// ---- Handlers.

char* set_upload(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  const auto values = arguments(cf);
  if (values.size() == 2) {
    const auto code = ngx_atoi(values[1].data, values[1].len);
    if (code < 200 || code > 202) {
      return refuse(cf, values[1], "expected 200, 201 or 202");
    }
    location->upload_code = static_cast<ngx_uint_t>(code);
  }
  return take_location(cf, location, Handler::upload);
}

char* set_result(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (!has_path(core) || core->exact_match) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"docket_result\" needs a prefix location such as \"location /result/\", since the path "
                       "behind the prefix names the job");
    return conf_error;
  }
  auto* server = static_cast<ServerConf*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_docket_module));
  auto* prefix = static_cast<ngx_str_t*>(ngx_array_push(server->result_prefixes));
  if (prefix == nullptr) {
    return conf_error;
  }
  *prefix = core->name;
  return take_location(cf, static_cast<LocationConf*>(conf), Handler::result);
}

/// A handler with the argument "anyone": docket_tasks, docket_events and docket_settings.
template <Handler handler>
char* set_for_callers(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  const auto values = arguments(cf);
  if (values.size() == 2) {
    if (view(values[1]) != "anyone") {
      return refuse(cf, values[1], "expected anyone");
    }
    location->anyone = 1;
  }
  return take_location(cf, location, handler);
}

char* set_health(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  const auto values = arguments(cf);
  if (values.size() == 2) {
    if (view(values[1]) != "live") {
      return refuse(cf, values[1], "expected live");
    }
    location->live = 1;
  }
  return take_location(cf, location, Handler::health);
}

// ---- Numbers with a range, checked after nginx's own slot functions read them.

template <class T, T low, T high>
char* within(ngx_conf_t* cf, void*, void* data) noexcept {
  const T value = *static_cast<T*>(data);
  if (value < low || value > high) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" must be from %O to %O", &arguments(cf).front(),
                       static_cast<off_t>(low), static_cast<off_t>(high));
    return conf_error;
  }
  return conf_ok;
}

ngx_conf_post_t connections_range{within<ngx_int_t, 1, 512>};

constexpr ngx_uint_t everywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

}  // namespace

char* take_location(ngx_conf_t* cf, LocationConf* location, Handler handler) noexcept {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (location->handler != Handler::none || core->handler != nullptr) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\": location \"%V\" has a handler already", &arguments(cf).front(),
                       &core->name);
    return conf_error;
  }
  location->handler = handler;
  location->directive = arguments(cf).front();
  location->file = cf->conf_file->file.name.data;
  location->line = cf->conf_file->line;
  core->handler = function_of(handler);
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  if (has_path(core)) {
    auto* server = static_cast<ServerConf*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_docket_module));
    auto* place = static_cast<ServedLocation*>(ngx_array_push(server->locations));
    if (place == nullptr) {
      return conf_error;
    }
    *place = {.location = location, .core = core};
  }
  ++main->uses;
  main->uploads += handler == Handler::upload ? 1 : 0;
  main->commands += handler == Handler::command ? 1 : 0;
  main->passes += handler == Handler::pass ? 1 : 0;
  return conf_ok;
}

ngx_command_t commands[] = {
    {ngx_string("docket_store"), NGX_HTTP_MAIN_CONF | NGX_CONF_1MORE, set_store, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_engine"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_engine, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_sandbox"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_enum_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, strict_sandbox), sandbox_words},
    {ngx_string("docket_threads"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE12, set_threads, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_concurrency"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_concurrency, NGX_HTTP_MAIN_CONF_OFFSET,
     0, nullptr},
    {ngx_string("docket_upload"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1, set_upload,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_command"), NGX_HTTP_LOC_CONF | NGX_CONF_1MORE, set_command, NGX_HTTP_LOC_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_command_paths"), everywhere | NGX_CONF_1MORE, set_command_paths, NGX_HTTP_LOC_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_command_log"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_command_output"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_pass"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE12, set_pass, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_set_header"), everywhere | NGX_CONF_TAKE2, set_header, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_pass_connections"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_num_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, pass_connections), &connections_range},
    {ngx_string("docket_pass_fail_on"), everywhere | NGX_CONF_1MORE, set_fail_on, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_pass_response"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_result"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_result, NGX_HTTP_LOC_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_tasks"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1, set_for_callers<Handler::tasks>,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_events"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1,
     set_for_callers<Handler::events>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_health"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1, set_health,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_page"), NGX_HTTP_LOC_CONF | NGX_CONF_ANY, set_page, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_result_url"), everywhere | NGX_CONF_TAKE1, ngx_http_set_complex_value_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, result_url), nullptr},
    {ngx_string("docket_cors"), everywhere | NGX_CONF_1MORE, set_cors, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_options"), everywhere | NGX_CONF_1MORE, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_defaults"), everywhere | NGX_CONF_1MORE, set_defaults, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_tokens"), everywhere | NGX_CONF_TAKE1, set_tokens, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_owner"), everywhere | NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocationConf, owner), nullptr},
    {ngx_string("docket_formats"), everywhere | NGX_CONF_1MORE, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_languages"), everywhere | NGX_CONF_1MORE, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_ocr"), everywhere | NGX_CONF_TAKE12, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_types"), everywhere | NGX_CONF_1MORE, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_max_files"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_max_pages"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_max_pixels"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_max_fields"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_memory_limit"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_cpu_limit"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_unit_timeout"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_attempts"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_queue"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE12, set_queue, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_priority"), everywhere | NGX_CONF_TAKE1, set_priority, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_expire"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_keep_input"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_dedupe"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_abort"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_wait_max"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_settings_file"), everywhere | NGX_CONF_TAKE1, set_settings_file, NGX_HTTP_LOC_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_settings"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1,
     set_for_callers<Handler::settings>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_log"), everywhere | NGX_CONF_TAKE1, set_log, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_callback"), everywhere | NGX_CONF_TAKE1, set_callback, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("docket_callback_from_client"), everywhere | NGX_CONF_TAKE1, set_value, NGX_HTTP_LOC_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_callback_allow"), everywhere | NGX_CONF_1MORE, set_callback_allow, NGX_HTTP_LOC_CONF_OFFSET, 0,
     nullptr},
    {ngx_string("docket_callback_secret"), everywhere | NGX_CONF_TAKE1, set_callback_secret, NGX_HTTP_LOC_CONF_OFFSET,
     0, nullptr},
    {ngx_string("docket_callback_retries"), everywhere | NGX_CONF_1MORE, set_callback_retries, NGX_HTTP_LOC_CONF_OFFSET,
     0, nullptr},
    ngx_null_command,
};

}  // namespace docket::ngx
