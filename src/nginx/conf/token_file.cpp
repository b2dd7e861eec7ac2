#include "nginx/conf/token_file.h"

#include <utility>

namespace docket::ngx {
namespace {

/// Far more than anybody has tokens: what is larger is another file, given by mistake.
constexpr std::size_t max_size = std::size_t{4} * 1024 * 1024;

}  // namespace

TokenFile::TokenFile(std::string path) : file_(std::move(path), max_size) {}

Result<void> TokenFile::load() {
  auto list = file_.read().and_then([](const std::string& text) { return http::TokenList::parse(text); });
  if (!list) {
    return pass_on(list);
  }
  list_ = std::move(*list);
  return {};
}

Result<TokenFile> TokenFile::read(std::string path) {
  TokenFile file(std::move(path));
  if (auto loaded = file.load(); !loaded) {
    return pass_on(loaded);
  }
  return file;
}

const http::TokenList& TokenFile::tokens(ngx_log_t* log) {
  if (looked_at_ == ngx_time()) {
    return list_;
  }
  looked_at_ = ngx_time();
  if (!file_.is_due()) {
    return list_;
  }
  if (const auto loaded = load()) {
    ngx_log_error(NGX_LOG_NOTICE, log, 0, "docket: \"%s\" was read again: %uz tokens", path().c_str(), list_.size());
  } else {
    ngx_log_error(NGX_LOG_ERR, log, 0, "docket: \"%s\" has changed and cannot be read, the tokens before hold: %s",
                  path().c_str(), loaded.error().detail.c_str());
  }
  return list_;
}

}  // namespace docket::ngx
