#include "callback/secret_files.h"

#include <utility>

namespace docket {
namespace {

/// Far more than anybody has secrets: what is larger is another file, given by mistake.
constexpr std::size_t max_size = std::size_t{64} * 1024;

}  // namespace

Result<void> SecretFiles::read(const std::string& path) {
  const auto known = files_.find(path);
  // A new secret is signed with from the next callback on, for which the file is renamed into place.
  RereadFile fresh(path, max_size, RereadFile::Replaced::whole);
  auto& file = known != files_.end() ? known->second.file : fresh;
  auto secrets = file.read().and_then([](const std::string& text) { return parse_webhook_secrets(text); });
  if (!secrets) {
    return pass_on(secrets);
  }
  if (known != files_.end()) {
    known->second.secrets = std::move(*secrets);
  } else {
    files_.emplace(path, Known{std::move(fresh), std::move(*secrets)});
  }
  return {};
}

Result<WebhookSecrets> SecretFiles::secrets(const std::string& path) {
  const auto known = files_.find(path);
  if (known == files_.end()) {
    if (auto done = read(path); !done) {
      return pass_on(done);
    }
    return files_.find(path)->second.secrets;
  }
  // Of a file that has gone, or cannot be read now, the secrets before hold.
  if (known->second.file.is_due() && known->second.file.exists()) {
    static_cast<void>(read(path));
  }
  return known->second.secrets;
}

}  // namespace docket
