// The module as nginx sees it.

#include "nginx/conf/conf.h"
#include "nginx/worker/log_files.h"
#include "nginx/worker/start.h"

namespace {

using docket::ngx::MainConf;

/// Cache managers and loaders come here too; they have nothing to do with jobs.
bool serves_clients() noexcept {
  return ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE;
}

/// Null where there is no http, or nothing of ours in it.
MainConf* conf_of(ngx_cycle_t* cycle) noexcept {
  if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == nullptr) {
    return nullptr;
  }
  return static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_docket_module));
}

/// When all of the configuration is read and nginx has made or changed nothing yet: neither the folder, which it would
/// give to the workers' user, nor, at a reload, what serves. Comes under `nginx -t`, too, and where nginx only sends a
/// signal, which has to be possible with any configuration.
char* check_cycle(ngx_cycle_t* cycle, void*) noexcept {
  auto* conf = ngx_process == NGX_PROCESS_SIGNALLER ? nullptr : conf_of(cycle);
  const bool good =
      conf == nullptr || (docket::ngx::find_pools(cycle, *conf) && docket::ngx::check_owner(cycle, *conf));
  return good ? NGX_CONF_OK : static_cast<char*>(NGX_CONF_ERROR);
}

/// In the master, before it has workers; `nginx -t` comes here, too, and is to leave no trace.
ngx_int_t init_module(ngx_cycle_t* cycle) noexcept {
  if (const auto* conf = conf_of(cycle); conf != nullptr && ngx_test_config == 0) {
    docket::ngx::give_logs_to_workers(cycle, *conf);
  }
  return NGX_OK;
}

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
  const auto* conf = serves_clients() ? conf_of(cycle) : nullptr;
  if (conf != nullptr && conf->store != nullptr) {
    docket::ngx::start_runtime(cycle, *conf);
  }
  return NGX_OK;  // an error would keep the worker from being started again: clients get 503 with what is wrong instead
}

void exit_process(ngx_cycle_t*) noexcept {
  docket::ngx::stop_runtime();
}

ngx_core_module_t core_context = {ngx_string("docket"), nullptr, check_cycle};

}  // namespace

/// nginx calls modules of http at the end of http { }, where "user" may still be to come.
ngx_module_t ngx_docket_core_module = {
    NGX_MODULE_V1,
    &core_context,
    nullptr,
    NGX_CORE_MODULE,
    nullptr,  // init master
    nullptr,  // init module
    nullptr,  // init process
    nullptr,  // init thread
    nullptr,  // exit thread
    nullptr,  // exit process
    nullptr,  // exit master
    NGX_MODULE_V1_PADDING,
};

ngx_module_t ngx_http_docket_module = {
    NGX_MODULE_V1,
    &docket::ngx::module_context,
    docket::ngx::commands,
    NGX_HTTP_MODULE,
    nullptr,       // init master
    init_module,   // init module
    init_process,  // init process
    nullptr,       // init thread
    nullptr,       // exit thread
    exit_process,  // exit process
    nullptr,       // exit master
    NGX_MODULE_V1_PADDING,
};
