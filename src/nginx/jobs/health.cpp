// docket_health: whether this server should be sent work.

#include <span>
#include <string>

#include "base/json_text.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/response.h"
#include "nginx/settings/settings_body.h"
#include "nginx/settings/settings_file.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {
namespace {

/// `,"settings":{"problems":[{"file", "line", "column", "path", "message"}, …]}`, where there are files of settings:
/// what is wrong with them on the disk does not keep this server from its work.
void append_settings_problems(std::string& body, ngx_http_request_t* r) {
  const auto* files = main_conf(r)->settings_files;
  if (files->nelts == 0) {
    return;
  }
  body += R"(,"settings":{"problems":[)";
  bool is_first = true;
  for (auto* file : std::span(static_cast<SettingsFile**>(files->elts), files->nelts)) {
    static_cast<void>(file->in_force(r->connection->log));
    for (const auto& problem : file->problem()) {
      body += is_first ? R"({"file":)" : R"(,{"file":)";
      append_json_string(body, file->name());
      body += ',';
      append_members(body, problem);
      body += '}';
      is_first = false;
    }
  }
  body += "]}";
}

ngx_int_t send_healthy(ngx_http_request_t* r, const Store::Health& store) {
  std::string body = R"({"status":"ok","store":{"writable":true,"used_share":)";
  append_json_number(body, store.used_share, 4);
  body += R"(},"engine":{"startable":true})";
  append_settings_problems(body, r);
  body += '}';
  return send_body(r, NGX_HTTP_OK, "application/json", body);
}

}  // namespace

ngx_int_t handle_health(ngx_http_request_t* r) noexcept try {
  if (const auto answered = answer_other_methods(r, NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS")) {
    return *answered;
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  if (location_conf(r)->live != 0) {
    return send_body(r, NGX_HTTP_OK, "application/json", R"({"status":"ok"})");
  }
  Worker* worker = Worker::current();
  if (worker == nullptr) {
    return send_problem(r, store_unavailable());
  }
  const auto store = worker->health();
  return store ? send_healthy(r, *store) : send_problem(r, store.error());
} catch (...) {
  return internal_error(r, "docket_health");
}

}  // namespace docket::ngx
