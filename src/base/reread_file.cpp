#include "base/reread_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace docket {
namespace {

constexpr std::int64_t rest_ms = 1000;

/// "64 KB", "4 MB".
std::string size_text(std::size_t bytes) {
  constexpr std::size_t kb = 1024;
  return bytes % (kb * kb) == 0 ? std::to_string(bytes / (kb * kb)) + " MB" : std::to_string(bytes / kb) + " KB";
}

}  // namespace

RereadFile::Version RereadFile::Version::of(const struct stat& file) noexcept {
  return {file.st_dev,          file.st_ino,         file.st_size,        file.st_mtim.tv_sec,
          file.st_mtim.tv_nsec, file.st_ctim.tv_sec, file.st_ctim.tv_nsec};
}

RereadFile::Version RereadFile::current() const noexcept {
  struct stat file {};
  return ::stat(path_.c_str(), &file) == 0 ? Version::of(file) : Version();
}

Result<std::string> RereadFile::read() {
  read_ = seen_ = current();  // so that one that cannot be opened is due no more, either
  // O_NONBLOCK: a FIFO given by mistake is not waited for.
  const auto file = std::make_shared<Fd>(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!*file || ::fstat(file->get(), &status) != 0) {
    return fail_errno("open", errno);
  }
  read_ = seen_ = Version::of(status);
  held_ = replaced_ == Replaced::whole ? file : nullptr;
  if (!S_ISREG(status.st_mode) || static_cast<std::size_t>(status.st_size) > max_size_) {
    return fail(ErrorCode::bad_option, "it is no file of at most " + size_text(max_size_));
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const auto size = ::pread(file->get(), text.data(), text.size(), 0);
  if (size < 0) {
    return fail_errno("pread", errno);
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool RereadFile::exists() const noexcept {
  return current() != Version();
}

bool RereadFile::is_due(std::int64_t now_ms) {
  const auto now = current();
  return now != read_ && is_at_rest(now, now_ms);
}

bool RereadFile::is_at_rest(const Version& now, std::int64_t now_ms) {
  constexpr std::int64_t ms_per_second = 1000;
  constexpr std::int64_t ns_per_ms = 1'000'000;
  if (now != seen_) {
    seen_ = now;
    seen_ms_ = now_ms;
  }
  const bool renamed = now.inode != 0 && (now.device != read_.device || now.inode != read_.inode);
  if (renamed && replaced_ == Replaced::whole) {
    return true;
  }
  const auto modified_ms = now.seconds * ms_per_second + now.nanoseconds / ns_per_ms;
  return now_ms - seen_ms_ >= rest_ms || (now.inode != 0 && now_ms - modified_ms >= rest_ms);
}

}  // namespace docket
