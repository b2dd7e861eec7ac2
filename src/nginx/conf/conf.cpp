// The configurations: made, merged, and checked as a whole.

#include "nginx/conf/conf.h"

#include <unistd.h>

#include <algorithm>

#include "callback/secret_files.h"
#include "document/format.h"
#include "document/media_type.h"
#include "document/tessdata.h"
#include "host/store_place.h"
#include "http/form/option.h"
#include "job/options.h"
#include "nginx/access/cors.h"
#include "nginx/access/output_filter.h"
#include "nginx/access/variables.h"
#include "nginx/conf/token_file.h"
#include "nginx/conf/values.h"
#include "nginx/core/exception.h"
#include "nginx/core/handler_scope.h"
#include "nginx/core/handlers.h"

namespace docket::ngx {

bool find_pools(ngx_cycle_t* cycle, MainConf& conf) noexcept {
  if (conf.store == nullptr) {
    return true;
  }
  const auto find = [&](ngx_str_t& name) {
    auto* pool = ngx_thread_pool_get(cycle, &name);
    if (pool == nullptr) {
      ngx_log_error(
          NGX_LOG_EMERG, cycle->log, 0,
          "\"docket_store\" needs the thread pool \"%V\": add the line \"thread_pool %V threads=2;\" outside of "
          "http, or name another one with docket_threads; in %s:%ui",
          &name, &name, conf.store->conf_file, conf.store->line);
    }
    return pool;
  };
  conf.threads = find(conf.threads_name);
  conf.io_threads = find(conf.io_threads_name);
  return conf.threads != nullptr && conf.io_threads != nullptr;
}

ngx_http_handler_pt function_of(Handler handler) noexcept {
  switch (handler) {
    case Handler::upload:
    case Handler::command:
    case Handler::pass:
      return in_scope<handle_upload>;
    case Handler::result:
      return in_scope<handle_result>;
    case Handler::tasks:
      return in_scope<handle_tasks>;
    case Handler::events:
      return in_scope<handle_events>;
    case Handler::health:
      return in_scope<handle_health>;
    case Handler::settings:
      return in_scope<handle_settings>;
    case Handler::page:
      return in_scope<handle_page>;
    case Handler::none:
      break;
  }
  return nullptr;
}

bool has_models(std::span<const std::string> installed, const LocationConf& location) {
  std::string_view names = view(location.languages);
  while (!names.empty()) {
    const auto end = std::min(names.find('+'), names.size());
    if (!std::binary_search(installed.begin(), installed.end(), names.substr(0, end))) {
      return false;
    }
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return true;
}

bool check_owner(ngx_cycle_t* cycle, const MainConf& conf) noexcept try {
  if (conf.store == nullptr) {
    return true;
  }
  const auto* core = reinterpret_cast<const ngx_core_conf_t*>(ngx_get_conf(cycle->conf_ctx, ngx_core_module));
  const auto me = ::geteuid();
  // Only a master that is root's gives its workers another user.
  const bool becomes = me == 0 && core->master != 0 && core->user != static_cast<ngx_uid_t>(NGX_CONF_UNSET_UINT);
  const auto owned = check_store_owner(std::string(view(conf.store->name)), becomes ? core->user : me);
  if (!owned) {
    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "\"docket_store\": %s in %s:%ui", owned.error().detail.c_str(),
                  conf.store->conf_file, conf.store->line);
  }
  return owned.has_value();
} catch (...) {
  log_exception(cycle->log, "the look at whose the store is");
  return false;
}

namespace {

char* const conf_ok = NGX_CONF_OK;
char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);

void* create_main(ngx_conf_t* cf) noexcept try {
  auto* main = static_cast<MainConf*>(ngx_pcalloc(cf->pool, sizeof(MainConf)));
  if (main != nullptr) {
    main->map_size = off_t{64} * 1024 * 1024 * 1024;
    main->sync = 1;
    main->strict_sandbox = NGX_CONF_UNSET_UINT;
    main->queue_jobs = NGX_CONF_UNSET;
    main->concurrency = NGX_CONF_UNSET;
    main->pass_connections = NGX_CONF_UNSET;
    main->tessdata = copy(cf->pool, tessdata_folder());
    main->token_files = ngx_array_create(cf->pool, 1, sizeof(void*));
    main->settings_files = ngx_array_create(cf->pool, 1, sizeof(void*));
    main->logs = ngx_array_create(cf->pool, 1, sizeof(void*));
    main->pools = ngx_array_create(cf->pool, 1, sizeof(PoolConf));
    main->pages = ngx_array_create(cf->pool, 1, sizeof(void*));
    main->secret_files = make_in_pool<SecretFiles>(cf->pool);
    if (main->token_files == nullptr || main->settings_files == nullptr || main->logs == nullptr ||
        main->pools == nullptr || main->pages == nullptr || main->secret_files == nullptr) {
      return nullptr;
    }
  }
  return main;
} catch (...) {
  log_exception(cf->log, "a configuration");
  return nullptr;
}

void* create_server(ngx_conf_t* cf) noexcept {
  auto* server = static_cast<ServerConf*>(ngx_pcalloc(cf->pool, sizeof(ServerConf)));
  if (server != nullptr) {
    server->result_prefixes = ngx_array_create(cf->pool, 2, sizeof(ngx_str_t));
    server->locations = ngx_array_create(cf->pool, 8, sizeof(ServedLocation));
    if (server->result_prefixes == nullptr || server->locations == nullptr) {
      return nullptr;
    }
  }
  return server;
}

void* create_location(ngx_conf_t* cf) noexcept {
  auto* location = static_cast<LocationConf*>(ngx_pcalloc(cf->pool, sizeof(LocationConf)));
  if (location != nullptr) {
    location->upload_code = NGX_CONF_UNSET_UINT;
    location->anyone = NGX_CONF_UNSET_UINT;
    location->live = NGX_CONF_UNSET_UINT;
    location->log = static_cast<ngx_open_file_t*>(NGX_CONF_UNSET_PTR);
    location->settings_file = static_cast<SettingsFile*>(NGX_CONF_UNSET_PTR);
    location->tokens = static_cast<TokenFile*>(NGX_CONF_UNSET_PTR);
    location->cors = static_cast<http::CorsPolicy*>(NGX_CONF_UNSET_PTR);
    location->defaults = static_cast<http::RawOptions*>(NGX_CONF_UNSET_PTR);
    location->owner = static_cast<ngx_http_complex_value_t*>(NGX_CONF_UNSET_PTR);
    init(location->callbacks);
    init(location->command);
    init(location->upstream);
  }
  return location;
}

/// nginx gives the blocks limit_except and if of a location a configuration of their own, without its handler: they get
/// it from the location, as proxy_pass does it.
void inherit_handler(const LocationConf* location_of_block, LocationConf* block, ngx_http_core_loc_conf_t* core) {
  if ((core->noname || core->lmt_excpt) && block->handler == Handler::none && core->handler == nullptr) {
    block->handler = location_of_block->handler;
    block->directive = location_of_block->directive;
    block->file = location_of_block->file;
    block->line = location_of_block->line;
    block->command = location_of_block->command;
    block->upstream = location_of_block->upstream;
    block->page = location_of_block->page;
    core->handler = function_of(block->handler);
  }
}

/// Modules such as proxy take a location over even if it has a handler: the directive that comes last would win.
char* check_handler(ngx_conf_t* cf, const LocationConf* location, ngx_http_core_loc_conf_t* core) noexcept {
  if (location->handler == Handler::none || core->handler == function_of(location->handler)) {
    return conf_ok;
  }
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                "location \"%V\" has \"%V\" and the handler of another module, such as proxy_pass; one of them has to "
                "go from %s:%ui",
                &core->name, &location->directive, location->file, location->line);
  return conf_error;
}

/// What links begin with where no docket_result_url says it: the server's only docket_result prefix.
char* find_result_url(ngx_conf_t* cf, LocationConf* location) noexcept {
  auto** servers = static_cast<ngx_http_conf_ctx_t*>(cf->ctx)->srv_conf;
  const auto* server = static_cast<const ServerConf*>(servers[ngx_http_docket_module.ctx_index]);
  if (server->result_prefixes->nelts == 1) {
    location->default_result_url = *static_cast<const ngx_str_t*>(server->result_prefixes->elts);
  } else if (makes_jobs(location->handler)) {
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"%V\" needs a docket_result location in its server, or \"docket_result_url\": the "
                  "server has %s docket_result location in "
                  "%s:%ui",
                  &location->directive, server->result_prefixes->nelts == 0 ? "no" : "more than one", location->file,
                  location->line);
    return conf_error;
  }
  return conf_ok;
}

/// What an upload location needs of the machine.
char* check_upload(ngx_conf_t* cf, LocationConf* location) {
  if (const auto fits = check_defaults(*location); !fits) {
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"docket_defaults\" for \"docket_upload\" in %s:%ui: %s", location->file,
                  location->line, fits.error().detail.c_str());
    return conf_error;
  }
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  if (location->ocr == static_cast<ngx_uint_t>(OcrMode::off)) {
    return conf_ok;
  }
  // The directive docket_languages has checked its own, but the default was not checked yet.
  if (!has_models(installed_languages(std::string(view(main->tessdata))), *location)) {
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "no tessdata of \"%V\" is installed (Debian: tesseract-ocr-eng); install it, set "
                  "\"docket_languages\" or \"docket_ocr off\" for \"docket_upload\" in %s:%ui",
                  &location->languages, location->file, location->line);
    return conf_error;
  }
  if (main->languages.data == nullptr) {
    main->languages = location->languages;
  }
  return conf_ok;
}

char* merge_location(ngx_conf_t* cf, void* parent, void* child) noexcept try {
  auto* previous = static_cast<LocationConf*>(parent);
  auto* location = static_cast<LocationConf*>(child);
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

  inherit_handler(previous, location, core);
  if (check_handler(cf, location, core) != conf_ok) {
    return conf_error;
  }
  ngx_conf_merge_ptr_value(location->log, previous->log, nullptr);
  ngx_conf_merge_ptr_value(location->settings_file, previous->settings_file, nullptr);
  ngx_conf_merge_ptr_value(location->tokens, previous->tokens, nullptr);
  ngx_conf_merge_ptr_value(location->cors, previous->cors, nullptr);
  ngx_conf_merge_ptr_value(location->defaults, previous->defaults, nullptr);
  ngx_conf_merge_ptr_value(location->owner, previous->owner, nullptr);
  ngx_conf_merge_uint_value(location->upload_code, previous->upload_code, NGX_HTTP_ACCEPTED);
  merge_values(*location, *previous);
  ngx_conf_merge_uint_value(location->anyone, previous->anyone, 0);
  ngx_conf_merge_uint_value(location->live, previous->live, 0);
  merge(location->callbacks, previous->callbacks);
  merge(location->command, previous->command);
  merge(location->upstream, previous->upstream);
  finish_values(*location);
  if (location->result_url == nullptr) {
    location->result_url = previous->result_url;
  }

  if ((location->handler == Handler::upload && check_upload(cf, location) != conf_ok) ||
      !check_settings(cf, *location)) {
    return conf_error;
  }
  return location->result_url == nullptr ? find_result_url(cf, location) : conf_ok;
} catch (...) {
  log_exception(cf->log, "a configuration");
  return conf_error;
}

/// After all is read and merged: what the locations in use need as a whole.
ngx_int_t check(ngx_conf_t* cf) noexcept {
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  install_output_filter();
  if (!install_preflights(cf)) {
    return NGX_ERROR;
  }
  ngx_conf_init_uint_value(main->strict_sandbox, 0);
  ngx_conf_init_value(main->concurrency, 0);
  ngx_conf_init_value(main->queue_jobs, default_queue_jobs);
  ngx_conf_init_value(main->pass_connections, default_pass_connections);
  if (main->store == nullptr) {
    if (main->uses != 0) {
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "locations with docket directives need \"docket_store\" in http");
      return NGX_ERROR;
    }
    return NGX_OK;
  }
  if (!find_programs(cf, *main) || !check_pages(cf, *main)) {
    return NGX_ERROR;
  }
  if (main->threads_name.data == nullptr) {
    main->threads_name = str("docket");
  }
  if (main->io_threads_name.data == nullptr) {
    main->io_threads_name = str("docket_io");
  }
  // nginx makes the pool "default" where a module adds it. Other pools may be defined after http: find_pools() looks
  // for them later.
  for (auto* name : {&main->threads_name, &main->io_threads_name}) {
    if (view(*name) == "default" && ngx_thread_pool_add(cf, name) == nullptr) {
      return NGX_ERROR;
    }
  }
  return NGX_OK;
}

}  // namespace

ngx_http_module_t module_context = {
    add_variables,    // preconfiguration
    check,            // postconfiguration
    create_main,      // create main configuration
    nullptr,          // init main configuration
    create_server,    // create server configuration
    nullptr,          // merge server configuration
    create_location,  // create location configuration
    merge_location,   // merge location configuration
};

}  // namespace docket::ngx
