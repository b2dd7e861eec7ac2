#include "callback/secret_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/fd.h"

namespace docket {
namespace {

/// Far more than anybody has secrets: what is larger is another file, given by mistake.
constexpr off_t max_size = off_t{64} * 1024;

bool is_same(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

Result<void> SecretFiles::read(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  File known;
  if (!file || ::fstat(file.get(), &known.version) != 0) {
    return fail_errno("open", errno);
  }
  if (!S_ISREG(known.version.st_mode) || known.version.st_size > max_size) {
    return fail(ErrorCode::bad_option, "it is no file of at most 64 KB");
  }
  std::string text(static_cast<std::size_t>(known.version.st_size), '\0');
  const auto size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size < 0) {
    return fail_errno("pread", errno);
  }
  text.resize(static_cast<std::size_t>(size));
  auto secrets = parse_webhook_secrets(text);
  if (!secrets) {
    return pass_on(secrets);
  }
  known.secrets = std::move(*secrets);
  files_[path] = std::move(known);
  return {};
}

Result<WebhookSecrets> SecretFiles::secrets(const std::string& path) {
  struct stat now {};
  const auto known = files_.find(path);
  if (known != files_.end() && (::stat(path.c_str(), &now) != 0 || is_same(now, known->second.version))) {
    return known->second.secrets;
  }
  auto done = read(path);
  const auto found = files_.find(path);
  if (found == files_.end()) {
    return pass_on(done);
  }
  return found->second.secrets;
}

}  // namespace docket
