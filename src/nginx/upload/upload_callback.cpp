#include "nginx/upload/upload_callback.h"

#include <string>
#include <utility>

#include "http/form/callback_url.h"
#include "http/form/submit_options.h"

namespace docket::ngx {
namespace {

const CallbackRetries default_retries{0, 5'000, 60'000, 600'000, 3'600'000, 21'600'000, 86'400'000};

/// docket_callback, evaluated; empty where it is not set.
Result<std::string> url_of_location(ngx_http_request_t* r, const CallbackConf& conf) {
  ngx_str_t value{0, nullptr};
  if (conf.url == nullptr) {
    return std::string();
  }
  if (ngx_http_complex_value(r, conf.url, &value) != NGX_OK) {
    return fail(ErrorCode::io, "docket_callback could not be evaluated.");
  }
  if (value.len != 0) {
    if (const auto good = http::check_callback_url(view(value)); !good) {
      ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "docket_callback is of no use here: %s",
                    good.error().detail.c_str());
      return std::string();
    }
  }
  return std::string(view(value));
}

}  // namespace

Result<std::optional<Callback>> callback_for(ngx_http_request_t* r, const CallbackConf& conf,
                                             const http::RawOptions& options) {
  auto url = http::callback_url_of(options);
  if (!url) {
    return pass_on(url);
  }
  const bool trusted = url->empty();
  if (trusted) {
    url = url_of_location(r, conf);
    if (!url) {
      return pass_on(url);
    }
  }
  if (url->empty()) {
    return std::nullopt;
  }
  Callback callback;
  callback.url = std::move(*url);
  callback.trusted = trusted;
  if (conf.allow != nullptr) {
    callback.allow_only = conf.allow->only;
    callback.allow = conf.allow->entries;
  }
  callback.secret_file = view(conf.secret);
  callback.retries_ms = conf.retries != nullptr ? *conf.retries : default_retries;
  return callback;
}

}  // namespace docket::ngx
