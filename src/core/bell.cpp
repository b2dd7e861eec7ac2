#include "core/bell.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace docket {

Result<Bell> Bell::open(const std::string& run_folder, const std::string& name) {
  Bell bell;
  bell.path_ = run_folder + "/" + name;
  bell.file_ = Fd(::open(bell.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!bell.file_) {
    return fail_errno("open " + bell.path_, errno);
  }
  bell.ring();  // so that the byte is there: ringing needs no space on a disk that becomes full
  return bell;
}

void Bell::ring() noexcept {
  // The byte says nothing; that it is written wakes all watchers of the file.
  static_cast<void>(::pwrite(file_.get(), "!", 1, 0) == 1);
}

int Bell::listen() noexcept {
  if (!watch_) {
    Fd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (watch && ::inotify_add_watch(watch.get(), path_.c_str(), IN_MODIFY) >= 0) {
      watch_ = std::move(watch);
    }
  }
  return watch_.get();
}

void Bell::hush() noexcept {
  std::array<char, 4096> events;  // what they say is known: look
  while (watch_) {
    const auto size = ::read(watch_.get(), events.data(), events.size());
    if (size == 0 || (size < 0 && errno != EINTR)) {
      return;
    }
  }
}

}  // namespace docket
