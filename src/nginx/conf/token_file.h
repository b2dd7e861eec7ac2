// A file of docket_tokens, read again when it changes.
#pragma once

#include <ctime>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/reread_file.h"
#include "http/field/tokens.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Made while the configuration is read, by the master, which may read what its workers may not; lives in the
/// configuration's pool. From the fork on each worker has its own, on its event loop.
class TokenFile {
 public:
  /// bad_option or io, with what is wrong and where.
  static Result<TokenFile> read(std::string path);

  /// The tokens as they are now: looks at most once a second whether the file has changed, and reads it when it has
  /// come to rest. What cannot be read leaves those that were there, and is told in the log once.
  const http::TokenList& tokens(ngx_log_t* log);

  [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }

 private:
  explicit TokenFile(std::string path);
  Result<void> load();

  RereadFile file_;
  http::TokenList list_;
  time_t looked_at_ = 0;
};

}  // namespace docket::ngx
