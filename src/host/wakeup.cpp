#include "host/wakeup.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace docket {

Result<Wakeup> Wakeup::open(const std::string& run_folder, const std::string& name) {
  Wakeup wakeup;
  wakeup.path_ = run_folder + "/" + name;
  wakeup.file_ = Fd(::open(wakeup.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!wakeup.file_) {
    return fail_errno("open " + wakeup.path_, errno);
  }
  wakeup.notify();  // so that the byte is there: a notification needs no space on a disk that becomes full
  return wakeup;
}

void Wakeup::notify() noexcept {
  // The byte says nothing; that it is written wakes all watchers of the file.
  static_cast<void>(::pwrite(file_.get(), "!", 1, 0) == 1);
}

int Wakeup::listen() noexcept {
  if (!watch_) {
    watch_ = Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    arm(true);
    if (armed_ < 0) {
      watch_.reset();
    }
  }
  return watch_.get();
}

void Wakeup::arm(bool on) noexcept {
  if (!watch_ || on == (armed_ >= 0)) {
    return;
  }
  if (on) {
    armed_ = ::inotify_add_watch(watch_.get(), path_.c_str(), IN_MODIFY);
  } else {
    ::inotify_rm_watch(watch_.get(), armed_);
    armed_ = -1;
  }
}

void Wakeup::drain() noexcept {
  std::array<char, 4096> events;  // what they say is known: look
  while (watch_) {
    const auto size = ::read(watch_.get(), events.data(), events.size());
    if (size == 0 || (size < 0 && errno != EINTR)) {
      return;
    }
  }
}

}  // namespace docket
