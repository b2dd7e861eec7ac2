// The files of docket_callback_secret, read again when they change.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "base/reread_file.h"
#include "callback/webhook_signature.h"

namespace docket {

/// What was read of the files, by path. Filled while the configuration is read, by the master, which may read what its
/// workers may not; from the fork on each sender has a copy, on its thread.
class SecretFiles {
 public:
  /// Reads a file anew. io or bad_option, with what is wrong: then what was known of it before is kept.
  Result<void> read(const std::string& path);

  /// The secrets as they are now: those that were there, where the file cannot be read any more or is being written to.
  /// An error if it never could.
  Result<WebhookSecrets> secrets(const std::string& path);

 private:
  struct Known {
    RereadFile file;
    WebhookSecrets secrets;
  };
  std::map<std::string, Known> files_;
};

}  // namespace docket
