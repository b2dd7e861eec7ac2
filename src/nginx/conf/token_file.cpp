#include "nginx/conf/token_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/fd.h"

namespace docket::ngx {
namespace {

/// Far more than anybody has tokens: what is larger is another file, given by mistake.
constexpr off_t max_size = off_t{4} * 1024 * 1024;

}  // namespace

TokenFile::Version TokenFile::Version::of(const struct stat& file) noexcept {
  return {file.st_dev, file.st_ino, file.st_size, file.st_mtim};
}

bool TokenFile::Version::is(const Version& other) const noexcept {
  return device == other.device && inode == other.inode && size == other.size &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

Result<http::TokenList> TokenFile::load(const std::string& path, Version& version) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return fail_errno("open", errno);
  }
  if (!S_ISREG(status.st_mode) || status.st_size > max_size) {
    return fail(ErrorCode::bad_option, "it is no file of at most 4 MB");
  }
  version = Version::of(status);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const auto size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size < 0) {
    return fail_errno("pread", errno);
  }
  text.resize(static_cast<std::size_t>(size));
  return http::TokenList::parse(text);
}

Result<TokenFile> TokenFile::read(std::string path) {
  TokenFile file(std::move(path));
  auto list = load(file.path_, file.tried_);
  if (!list) {
    return tl::unexpected<Error>(list.error());
  }
  file.list_ = std::move(*list);
  file.looked_ = file.tried_;
  return file;
}

const http::TokenList& TokenFile::tokens(ngx_log_t* log) {
  if (looked_at_ == ngx_time()) {
    return list_;
  }
  looked_at_ = ngx_time();
  struct stat status {};
  const Version now = ::stat(path_.c_str(), &status) == 0 ? Version::of(status) : Version{};
  if (now.is(tried_)) {
    return list_;
  }
  // Somebody may be writing it at this moment: it is read when two looks in a row find it the same.
  if (!now.is(std::exchange(looked_, now))) {
    return list_;
  }
  tried_ = now;
  auto list = load(path_, tried_);
  if (list) {
    list_ = std::move(*list);
    ngx_log_error(NGX_LOG_NOTICE, log, 0, "docket: \"%s\" was read again: %uz tokens", path_.c_str(), list_.size());
  } else {
    ngx_log_error(NGX_LOG_ERR, log, 0, "docket: \"%s\" has changed and cannot be read, the tokens before hold: %s",
                  path_.c_str(), list.error().detail.c_str());
  }
  return list_;
}

}  // namespace docket::ngx
