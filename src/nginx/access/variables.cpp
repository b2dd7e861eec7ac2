#include "nginx/access/variables.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"
#include "nginx/conf/conf.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {
namespace {

/// Gives a variable its value: `text` has to live as long as the request. Empty: the variable is not found ("-" in a
/// log).
ngx_int_t give(ngx_http_variable_value_t* value, std::string_view text) noexcept {
  value->not_found = text.empty() ? 1 : 0;
  value->valid = text.empty() ? 0 : 1;
  value->no_cacheable = 0;
  value->len = static_cast<unsigned>(text.size()) & 0x0FFFFFFFU;
  value->data = str(text).data;
  return NGX_OK;
}

/// The same with a copy that may stand in a field: an older version kept names of files as they came.
ngx_int_t give_copy(ngx_http_request_t* r, ngx_http_variable_value_t* value, std::string_view text) noexcept {
  const ngx_str_t copied = copy(r->pool, text);
  if (copied.data == nullptr) {
    return NGX_ERROR;
  }
  std::replace_if(
      copied.data, copied.data + copied.len, [](u_char c) { return is_control(c) && c < 0x80; }, '_');
  return give(value, view(copied));
}

ngx_int_t get_job_id(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t) noexcept try {
  const Context* context = find_context(r);
  return context != nullptr && context->job ? give_copy(r, value, context->job->text()) : give(value, {});
} catch (...) {
  log_exception(r->connection->log, "a variable");
  return NGX_ERROR;
}

ngx_int_t get_status(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t) noexcept {
  const Context* context = find_context(r);
  return give(value, context != nullptr && context->state ? to_string(*context->state) : std::string_view());
}

ngx_int_t get_owner(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t) noexcept {
  const Context* context = find_context(r);
  return context != nullptr ? give_copy(r, value, view(context->owner)) : give(value, {});
}

/// For a request that only asks about a job the name is looked up when the variable is evaluated.
ngx_int_t get_filename(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t) noexcept try {
  const Context* context = find_context(r);
  if (context == nullptr || context->filename.len != 0) {
    return context != nullptr ? give_copy(r, value, view(context->filename)) : give(value, {});
  }
  std::string name;
  if (Worker* worker = Worker::current(); worker != nullptr && context->job) {
    (void)worker->reader().status(
        *context->job, [&name](const StatusView& status, std::string_view, const QueueCounts&) {
          status.each_file([&name](const FileView& file) { name = name.empty() ? file.filename : name; });
        });
  }
  return give_copy(r, value, name);
} catch (...) {
  log_exception(r->connection->log, "a variable");
  return NGX_ERROR;
}

ngx_int_t get_bytes(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t) noexcept try {
  const Context* context = find_context(r);
  return context != nullptr && context->bytes ? give_copy(r, value, std::to_string(*context->bytes)) : give(value, {});
} catch (...) {
  log_exception(r->connection->log, "a variable");
  return NGX_ERROR;
}

struct Variable {
  std::string_view name;
  ngx_http_get_variable_pt get;
};

constexpr std::array variables{Variable{"docket_job_id", get_job_id}, Variable{"docket_status", get_status},
                               Variable{"docket_owner", get_owner}, Variable{"docket_filename", get_filename},
                               Variable{"docket_bytes", get_bytes}};

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
  for (const auto& [name, get] : variables) {
    ngx_str_t text = str(name);
    // Not cacheable: asked for early ($docket_status in a map), it may be there later.
    ngx_http_variable_t* variable = ngx_http_add_variable(cf, &text, NGX_HTTP_VAR_NOCACHEABLE);
    if (variable == nullptr) {
      return NGX_ERROR;
    }
    variable->get_handler = get;
  }
  return NGX_OK;
}

}  // namespace docket::ngx
