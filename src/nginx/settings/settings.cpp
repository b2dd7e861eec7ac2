// docket_settings: the settings as they are written, what is in force of them, their schema and their former versions.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/field/accept.h"
#include "http/field/query.h"
#include "http/field/text.h"
#include "nginx/access/access.h"
#include "nginx/conf/conf.h"
#include "nginx/conf/values.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/jobs/status.h"
#include "nginx/settings/settings_body.h"
#include "nginx/settings/settings_file.h"
#include "nginx/settings/settings_put.h"
#include "nginx/worker/worker.h"
#include "settings/json.h"

namespace docket::ngx {
namespace {

constexpr std::string_view yaml_type = "application/yaml";  // RFC 9512
constexpr std::size_t json_tag_length = 16;

ngx_int_t send_tagged(ngx_http_request_t* r, std::string_view etag, std::string_view type, std::string_view body) {
  return set_etag(r, etag) ? send_body(r, NGX_HTTP_OK, type, body) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

bool wants_json(ngx_http_request_t* r) {
  const auto accept = find_list(r, "accept").value_or(std::string());
  return http::accept_quality(accept, json_type) > http::accept_quality(accept, yaml_type);
}

/// The file is small, and read here so that it is shown as it is, whether it is in force or not.
ngx_int_t send_settings(ngx_http_request_t* r) {
  const auto* conf = location_conf(r);
  auto& file = *conf->settings_file;
  const auto in_force = file.in_force(r->connection->log);
  auto read = file.file().read();
  if (!wants_json(r)) {
    if (!read) {
      return send_problem(r, read.error());
    }
    const auto text = read->value_or(std::string());
    return send_tagged(r, etag_of(text), yaml_type, text);
  }
  auto problem = file.problem();
  std::optional<std::string> text;
  if (read) {
    text = read->value_or(std::string());
  } else if (problem.empty()) {
    problem.push_back({.at = {}, .path = {}, .message = read.error().detail});
  }
  std::string body;
  append_settings(body, *conf, file, in_force, text, problem);
  // That of the text with more behind it: the body also depends on the configuration, and on what was read before.
  const auto tag = "\"" + settings::text_sum(text.value_or(std::string())) + "-" +
                   settings::text_sum(body).substr(0, json_tag_length) + "\"";
  return send_tagged(r, tag, json_type, body);
}

ngx_int_t send_schema(ngx_http_request_t* r) {
  std::string body;
  settings::append_schema(body, value_table(), location_conf(r)->settings_file->installed());
  return send_tagged(r, etag_of(body), "application/schema+json", body);
}

/// Has `get()` done on a thread of docket_io, and `send(request, value)` with what it gave.
template <class Get, class Send>
ngx_int_t send_later(ngx_http_request_t* r, Get get, Send send) {
  Worker* worker = Worker::current();
  if (worker == nullptr) {
    return send_problem(r, store_unavailable());
  }
  const auto held = HeldRequest::hold(r);
  if (!held) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  using Got = decltype(get());
  const auto got =
      std::make_shared<Got>(fail(ErrorCode::store_unavailable, "The docket_io threads take no more tasks."));
  const auto end = [held, got, send] {
    held->finish(
        [&](ngx_http_request_t* request) { return *got ? send(request, **got) : send_problem(request, got->error()); });
  };
  if (!worker->post_io([got, get] { *got = get(); }, end)) {
    end();
  }
  return NGX_DONE;
}

ngx_int_t send_versions(ngx_http_request_t* r) {
  return send_later(
      r, [file = location_conf(r)->settings_file->file()] { return file.versions(); },
      [](ngx_http_request_t* request, const std::vector<settings::Version>& versions) {
        std::string body;
        append_versions(body, versions);
        return send_tagged(request, etag_of(body), json_type, body);
      });
}

ngx_int_t send_version(ngx_http_request_t* r, std::string_view number) {
  const auto wanted = http::parse_number(number);
  if (!wanted) {
    return send_problem(r, Error{ErrorCode::bad_option, "The argument version has to be a number."});
  }
  return send_later(
      r, [file = location_conf(r)->settings_file->file(), number = *wanted] { return file.text_of(number); },
      [](ngx_http_request_t* request, const std::string& text) {
        return send_tagged(request, etag_of(text), yaml_type, text);
      });
}

}  // namespace

ngx_int_t handle_settings(ngx_http_request_t* r) noexcept try {
  Caller caller;
  if (const auto answered =
          check_access(r, NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_PUT, "GET, HEAD, PUT, OPTIONS", caller)) {
    return *answered;
  }
  if (r->method == NGX_HTTP_PUT) {
    return put_settings(r, caller);
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  const http::Query query(view(r->args));
  const auto schema = query.find_flag("schema");
  const auto history = query.find_flag("history");
  if (!schema || !history) {
    return send_problem(r, (schema ? history : schema).error());
  }
  if (*schema) {
    return send_schema(r);
  }
  if (*history) {
    return send_versions(r);
  }
  const auto version = query.find("version");
  return version ? send_version(r, *version) : send_settings(r);
} catch (...) {
  return internal_error(r, "docket_settings");
}

}  // namespace docket::ngx
