// What docket_page says; part of LocationConf.
#pragma once

#include <string>

#include "nginx/core/ngx.h"

namespace docket::http {
struct PageFacts;
}  // namespace docket::http

namespace docket::ngx {

struct LocationConf;
struct MainConf;

/// A location with a handler of ours whose path is known, as the page may use it.
struct ServedLocation {
  LocationConf* location;
  ngx_http_core_loc_conf_t* core;
};

/// In the configuration's pool. The first members are what the directive says, the last what check_pages() makes of it.
struct PageConf {
  ngx_str_t title;
  ngx_array_t* uploads;  ///< ngx_str_t: names of locations; empty: the only one
  ngx_str_t result;      ///< name of the location; data is null: the only one
  ngx_str_t tasks;
  ngx_str_t events;  ///< empty, but not null: none
  ngx_str_t settings;

  ngx_str_t path;          ///< of the page: the location's name
  ngx_array_t* locations;  ///< ServedLocation: the server's
  LocationConf* location;  ///< the page's own, for messages
  http::PageFacts* facts;  ///< what it is told, but for the uploads
  ngx_array_t* found;      ///< ServedLocation: those that it sends files to
};

/// Finds what each page of docket_page is about; false after saying what is missing. To be called when all locations
/// are merged. nginx/page/page_conf.cpp.
bool check_pages(ngx_conf_t* cf, MainConf& main) noexcept;

/// Appends ui.json: what the page is told about its server as it is now. nginx/page/page_conf.cpp.
void append_facts(std::string& out, const PageConf& page, ngx_log_t* log);

}  // namespace docket::ngx
