// docket_page.

#include "nginx/conf/conf.h"
#include "nginx/conf/page_conf.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

/// The member that `name=` in front of an argument sets, and what follows; false: it is none of them.
bool set_argument(PageConf& page, const ngx_str_t& argument) noexcept {
  if (const auto upload = after(argument, "upload")) {
    auto* place = static_cast<ngx_str_t*>(ngx_array_push(page.uploads));
    if (place == nullptr) {
      return false;
    }
    *place = *upload;
    return true;
  }
  const struct {
    std::string_view name;
    ngx_str_t* value;
  } known[] = {{"title", &page.title},
               {"result", &page.result},
               {"tasks", &page.tasks},
               {"events", &page.events},
               {"settings", &page.settings}};
  for (const auto& one : known) {
    if (const auto value = after(argument, one.name)) {
      const bool is_off = view(*value) == "off" && (one.name == "events" || one.name == "settings");
      *one.value = is_off ? ngx_str_t{0, value->data} : *value;
      return true;
    }
  }
  return false;
}

/// A path of its own, which the page's assets and ui.json have with another query.
bool is_place_for_a_page(const ngx_http_core_loc_conf_t* core) noexcept {
  return has_path(core) && core->name.len != 0 && core->name.data[core->name.len - 1] == '/';
}

}  // namespace

char* set_page(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  auto* server = static_cast<ServerConf*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_docket_module));
  if (!is_place_for_a_page(core)) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"docket_page\" needs a location whose name ends in a slash, such as \"location = /\" or "
                       "\"location = /ui/\": addresses in the page are relative to it");
    return conf_error;
  }
  auto* page = static_cast<PageConf*>(ngx_pcalloc(cf->pool, sizeof(PageConf)));
  auto* place = static_cast<PageConf**>(ngx_array_push(main->pages));
  if (page == nullptr || place == nullptr) {
    return conf_error;
  }
  page->uploads = ngx_array_create(cf->pool, 1, sizeof(ngx_str_t));
  if (page->uploads == nullptr) {
    return conf_error;
  }
  page->title = str("Docket");
  for (const auto& argument : arguments(cf).subspan(1)) {
    if (!set_argument(*page, argument)) {
      return refuse(cf, argument,
                    "expected title=TEXT, or the location of upload=, result=, tasks=, events= or settings=");
    }
  }
  page->path = core->name;
  page->locations = server->locations;
  page->location = location;
  location->page = page;
  *place = page;
  core->auto_redirect = 1;  // "/ui" leads to "/ui/"
  return take_location(cf, location, Handler::page);
}

}  // namespace docket::ngx
