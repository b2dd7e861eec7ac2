// A file of docket_tokens, read again when it changes.
#pragma once

#include <sys/stat.h>

#include <ctime>
#include <memory>
#include <string>

#include "base/error.h"
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

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  /// What tells one state of the file from another.
  struct Version {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};

    static Version of(const struct stat& file) noexcept;
    [[nodiscard]] bool is(const Version& other) const noexcept;
  };

  explicit TokenFile(std::string path) : path_(std::move(path)) {}
  static Result<http::TokenList> load(const std::string& path, Version& version);

  std::string path_;
  http::TokenList list_;
  Version tried_;   ///< read last, whatever came of it
  Version looked_;  ///< at the last look
  time_t looked_at_ = 0;
};

}  // namespace docket::ngx
