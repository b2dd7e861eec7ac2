#include "nginx/upload/origin.h"

#include <vector>

#include "http/field/trace_context.h"
#include "nginx/core/request.h"

namespace docket::ngx {

Origin origin_of(ngx_http_request_t* r, const LocationConf& conf) {
  Origin origin;
  auto trace = http::parse_trace(find_headers(r, "traceparent"), find_headers(r, "tracestate"));
  origin.traceparent = std::move(trace.parent);
  origin.tracestate = std::move(trace.state);
  if (conf.log == nullptr) {
    return origin;  // without docket_log it is not needed, and not kept
  }
  origin.log = view(conf.log->name);
  origin.client = view(r->connection->addr_text);
  origin.host = view(r->headers_in.server);
  const auto* id = ngx_http_get_indexed_variable(r, static_cast<ngx_uint_t>(main_conf(r)->request_id));
  if (id != nullptr && id->valid != 0) {
    origin.request_id.assign(reinterpret_cast<const char*>(id->data), id->len);
  }
  return origin;
}

}  // namespace docket::ngx
