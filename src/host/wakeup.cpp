#include "host/wakeup.h"

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
    watch_ = Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    hear(true);
    if (heard_ < 0) {
      watch_.reset();
    }
  }
  return watch_.get();
}

void Bell::hear(bool rings) noexcept {
  if (!watch_ || rings == (heard_ >= 0)) {
    return;
  }
  if (rings) {
    heard_ = ::inotify_add_watch(watch_.get(), path_.c_str(), IN_MODIFY);
  } else {
    ::inotify_rm_watch(watch_.get(), heard_);
    heard_ = -1;
  }
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
