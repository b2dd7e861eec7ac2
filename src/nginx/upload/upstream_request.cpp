#include "nginx/upload/upstream_request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "http/field/text.h"
#include "http/upstream/hop_by_hop.h"
#include "nginx/core/context.h"
#include "nginx/core/request.h"

namespace docket::ngx {
namespace {

constexpr std::string_view scheme_mark = "://";
constexpr std::string_view socket_mark = "unix:";

/// docket_pass's URL in parts.
struct Target {
  std::string scheme;
  std::string authority;
  std::string socket;
  std::string path;  ///< empty: the URL has none
};

std::optional<Target> parse_target(std::string_view url) {
  const auto mark = url.find(scheme_mark);
  if (mark == std::string_view::npos || (url.substr(0, mark) != "http" && url.substr(0, mark) != "https")) {
    return std::nullopt;
  }
  Target target;
  target.scheme = url.substr(0, mark);
  url.remove_prefix(mark + scheme_mark.size());
  if (url.starts_with(socket_mark)) {  // http://unix:/path/of/socket:/uri
    url.remove_prefix(socket_mark.size());
    const auto end = std::min(url.find(':'), url.size());
    target.socket = url.substr(0, end);
    target.authority = "localhost";
    target.path = url.substr(std::min(end + 1, url.size()));
    return target.socket.starts_with('/') ? std::optional(std::move(target)) : std::nullopt;
  }
  const auto end = std::min(url.find_first_of("/?"), url.size());
  target.authority = url.substr(0, end);
  target.path = url.substr(end);
  return target.authority.empty() ? std::nullopt : std::optional(std::move(target));
}

std::string escaped(std::string_view path) {
  auto* bytes = reinterpret_cast<u_char*>(const_cast<char*>(path.data()));
  std::vector<u_char> out(path.size() + 2 * ngx_escape_uri(nullptr, bytes, path.size(), NGX_ESCAPE_URI));
  ngx_escape_uri(out.data(), bytes, path.size(), NGX_ESCAPE_URI);
  return {out.begin(), out.end()};
}

std::string with_arguments(ngx_http_request_t* r, std::string path) {
  if (r->args.len != 0) {
    path.append("?").append(view(r->args));
  }
  return path;
}

/// Path and query to ask for: without a path in docket_pass the request's own, as it was written; with one, that in the
/// place of the location's name; with variables, just what they make.
std::string path_to_ask_for(ngx_http_request_t* r, const LocationConf& conf, const Target& target) {
  if (target.path.empty()) {
    return r->valid_unparsed_uri != 0 ? std::string(view(r->unparsed_uri)) : with_arguments(r, escaped(view(r->uri)));
  }
  if (conf.upstream.url->lengths != nullptr) {
    return target.path;
  }
  const auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  const auto behind = view(r->uri).substr(std::min(core->name.len, r->uri.len));
  return with_arguments(r, target.path + escaped(behind));
}

bool is_secure(ngx_http_request_t* r) noexcept {
#if (NGX_SSL || NGX_COMPAT)
  return r->connection->ssl != nullptr;
#else
  static_cast<void>(r);
  return false;
#endif
}

/// scheme://host:port of this server; empty where it listens on a UNIX socket only. The name that the client asked for
/// is not taken: it could be anybody's.
std::string own_origin(ngx_http_request_t* r) {
  const auto* server = static_cast<ngx_http_core_srv_conf_t*>(ngx_http_get_module_srv_conf(r, ngx_http_core_module));
  std::array<u_char, NGX_SOCKADDR_STRLEN> text{};
  ngx_str_t address{text.size(), text.data()};
  if (ngx_connection_local_sockaddr(r->connection, &address, 0) != NGX_OK ||
      r->connection->local_sockaddr->sa_family == AF_UNIX) {
    return {};
  }
  const bool secure = is_secure(r);
  std::string origin = secure ? "https://" : "http://";
  const auto name = view(server->server_name);
  if (!name.empty() && name.find_first_of("*~$") == std::string_view::npos && !name.starts_with('.')) {
    origin += name;
  } else if (r->connection->local_sockaddr->sa_family == AF_INET6) {
    origin.append("[").append(view(address)).append("]");
  } else {
    origin += view(address);
  }
  const auto port = ngx_inet_get_port(r->connection->local_sockaddr);
  constexpr in_port_t http_port = 80;
  constexpr in_port_t https_port = 443;
  return port == (secure ? https_port : http_port) ? origin : origin + ":" + std::to_string(port);
}

/// The fields of the request to be.
class Fields {
 public:
  void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

  /// Instead of all of that name; an empty value takes them away.
  void set(std::string_view name, std::string_view value) {
    std::erase_if(fields_, [&](const auto& field) { return http::equal_ignoring_case(field.first, name); });
    if (!value.empty()) {
      add(name, value);
    }
  }

  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::any_of(fields_,
                               [&](const auto& field) { return http::equal_ignoring_case(field.first, name); });
  }

  /// As libcurl takes them: "Name: value", and "Name;" for an empty value. What it would add by itself is left out.
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& [name, value] : fields_) {
      text.append(name).append(value.empty() ? ";" : ": ").append(value).append("\n");
    }
    return has("accept") ? text : text + "Accept:\n";
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Those that concern this connection or us, and those that are made anew.
bool is_for_us(std::string_view lower_name, const LocationConf& conf) noexcept {
  constexpr std::array<std::string_view, 12> names{"host",
                                                   "content-length",
                                                   "expect",
                                                   "prefer",
                                                   "idempotency-key",
                                                   "traceparent",
                                                   "tracestate",
                                                   "docket-attempt",
                                                   "x-forwarded-for",
                                                   "x-forwarded-host",
                                                   "x-forwarded-proto",
                                                   "docket-progress-url"};
  const bool is_token = lower_name == "authorization" || lower_name == "x-api-key";
  // A WebSocket's protocols may have a token in them, and its Upgrade is not passed on.
  return std::ranges::find(names, lower_name) != names.end() || lower_name.starts_with("sec-websocket-") ||
         (is_token && conf.tokens != nullptr);
}

void add_client_fields(ngx_http_request_t* r, const LocationConf& conf, Fields& fields) {
  const http::HopByHop hop_by_hop(find_list(r, "connection").value_or(std::string()));
  for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const ngx_str_t lower{headers[i].key.len, headers[i].lowcase_key};
      if (!is_for_us(view(lower), conf) && !hop_by_hop.has(view(lower))) {
        fields.add(view(headers[i].key), view(headers[i].value));
      }
    }
  }
}

void add_forwarded(ngx_http_request_t* r, Fields& fields) {
  auto addresses = find_list(r, "x-forwarded-for").value_or(std::string());
  addresses.append(addresses.empty() ? "" : ", ").append(view(r->connection->addr_text));
  fields.add("X-Forwarded-For", addresses);
  fields.add("X-Forwarded-Proto", is_secure(r) ? "https" : "http");
  if (const auto host = find_header(r, "host").value_or(view(r->headers_in.server)); !host.empty()) {
    fields.add("X-Forwarded-Host", host);
  }
}

/// docket_set_header, in which $docket_job_id is the job's to be.
Result<void> set_fields(ngx_http_request_t* r, const LocationConf& conf, const JobId& id, Fields& fields) {
  if (conf.upstream.headers == nullptr) {
    return {};
  }
  Context* context = context_of(r);
  if (context == nullptr) {
    return fail(ErrorCode::io, "out of memory");
  }
  const auto before = std::exchange(context->job, id);
  bool good = true;
  for (auto& header : std::span(static_cast<SetHeader*>(conf.upstream.headers->elts), conf.upstream.headers->nelts)) {
    ngx_str_t value{0, nullptr};
    good = good && ngx_http_complex_value(r, &header.value, &value) == NGX_OK &&
           view(value).find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
    if (good) {
      fields.set(view(header.name), view(value));
    }
  }
  context->job = before;
  return good ? Result<void>()
              : fail(ErrorCode::bad_request, "docket_set_header would have a line break, or could not be evaluated.");
}

Result<void> add_own_fields(ngx_http_request_t* r, const Worker& worker, const JobId& id, const std::string& result_url,
                            Fields& fields) {
  fields.add("Idempotency-Key", id.text());
  const bool is_absolute = result_url.starts_with("http://") || result_url.starts_with("https://");
  const auto origin = is_absolute ? std::string() : own_origin(r);
  if (!is_absolute && origin.empty()) {
    return {};
  }
  return worker.secrets().sign(progress_subject(id)).map([&](const std::string& token) {
    fields.add("Docket-Progress-Url", origin + result_url + id.text() + "/progress?token=" + token);
  });
}

}  // namespace

std::string progress_subject(const JobId& id) {
  return "progress " + id.text();
}

Result<OutgoingRequest> outgoing_request(ngx_http_request_t* r, const LocationConf& conf, const Worker& worker,
                                         const JobId& id, const std::string& result_url, const Origin& origin) {
  ngx_str_t url{0, nullptr};
  if (ngx_http_complex_value(r, conf.upstream.url, &url) != NGX_OK) {
    return fail(ErrorCode::io, "docket_pass could not be evaluated.");
  }
  const auto target = parse_target(view(url));
  if (!target) {
    return fail(ErrorCode::io, "docket_pass is \"" + std::string(view(url)) + "\", which is no URL of http or https");
  }
  OutgoingRequest request;
  request.work.method = view(r->method_name);
  request.work.url = target->scheme + std::string(scheme_mark) + target->authority;
  const auto path = path_to_ask_for(r, conf, *target);
  request.work.url.append(path.starts_with('/') ? "" : "/").append(path);
  request.work.socket = target->socket;
  request.work.response_size = static_cast<std::uint64_t>(conf.upstream.response_size);
  request.work.failing = static_cast<std::uint16_t>(conf.upstream.failing);

  Fields fields;
  add_client_fields(r, conf, fields);
  add_forwarded(r, fields);
  if (!origin.traceparent.empty()) {
    fields.add("traceparent", origin.traceparent);
  }
  if (!origin.tracestate.empty()) {
    fields.add("tracestate", origin.tracestate);
  }
  if (auto added = add_own_fields(r, worker, id, result_url, fields); !added) {
    return pass_on(added);
  }
  if (auto set = set_fields(r, conf, id, fields); !set) {
    return pass_on(set);
  }
  request.head = fields.text();
  for (const auto* name :
       {"authorization", "x-api-key", "cookie", "content-type", "accept", "accept-language", "range"}) {
    request.identity.append(find_list(r, name).value_or(std::string())).append(1, '\0');
  }
  return request;
}

}  // namespace docket::ngx
