#include "store/recovery/unsynced_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace docket {
namespace {

constexpr auto boot_id_path = "/proc/sys/kernel/random/boot_id";

/// How often it is looked whether the store may be opened.
constexpr std::chrono::milliseconds lock_interval{10};

// The bytes of the file that are locked; whether there are such bytes does not matter.
constexpr off_t opening = 0;   // exclusively, while the store is being opened
constexpr off_t unsynced = 1;  // shared, by those who have it open and do not sync

std::string path_in(const std::string& folder) {
  return folder + "/unsynced";
}

/// False with errno.
bool lock_byte(int fd, int command, short type, off_t byte) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  while (::fcntl(fd, command, &lock) != 0) {
    if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Result<std::string> read_line(int fd, const std::string& path) {
  std::array<char, 64> bytes{};
  const auto size = ::pread(fd, bytes.data(), bytes.size(), 0);
  if (size < 0) {
    return fail_errno("read " + path, errno);
  }
  const std::string text(bytes.data(), static_cast<std::size_t>(size));
  return text.substr(0, text.find('\n'));
}

Result<std::string> boot_id() {
  const Fd file(::open(boot_id_path, O_RDONLY | O_CLOEXEC));
  if (!file) {
    return fail_errno(std::string("open ") + boot_id_path, errno);
  }
  return read_line(file.get(), boot_id_path);
}

UnsyncedMark::State meaning(const std::string& noted, const std::string& boot) noexcept {
  if (noted.empty()) {
    return UnsyncedMark::State::nothing;
  }
  return noted == boot ? UnsyncedMark::State::this_boot : UnsyncedMark::State::other_boot;
}

}  // namespace

Result<UnsyncedMark> UnsyncedMark::open(const std::string& folder, const std::function<bool()>& stop) {
  auto path = path_in(folder);
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail_errno("open " + path, errno);
  }
  // A thread that no signal reaches could not be told to stop waiting in the kernel.
  while (!lock_byte(file.get(), F_OFD_SETLK, F_WRLCK, opening)) {
    if (errno != EAGAIN && errno != EACCES) {
      return fail_errno("fcntl(F_OFD_SETLK) " + path, errno);
    }
    if (stop && stop()) {
      return fail(ErrorCode::store_unavailable, "another process is opening the store, and was not waited for");
    }
    std::this_thread::sleep_for(lock_interval);
  }
  UnsyncedMark mark(std::move(path), std::move(file));
  auto boot = boot_id();
  if (!boot) {
    return pass_on(boot);
  }
  mark.boot_ = std::move(*boot);
  const auto noted = read_line(mark.file_.get(), mark.path_);
  if (!noted) {
    return pass_on(noted);
  }
  mark.state_ = meaning(*noted, mark.boot_);
  return mark;
}

Result<UnsyncedMark::State> UnsyncedMark::look(const std::string& folder) {
  const auto path = path_in(folder);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    return errno == ENOENT ? Result<State>(State::nothing) : fail_errno("open " + path, errno);
  }
  const auto boot = boot_id();
  if (!boot) {
    return pass_on(boot);
  }
  return read_line(file.get(), path).map([&](const std::string& noted) { return meaning(noted, *boot); });
}

Result<void> UnsyncedMark::set() {
  if (state_ == State::this_boot) {
    return {};
  }
  // A note that is torn when the power goes in here names no boot there ever was: the store is looked at for nothing.
  const auto line = boot_ + "\n";
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::pwrite(file_.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(file_.get()) != 0) {
    return fail_errno("write " + path_, errno);
  }
  const Fd folder(::open(path_.substr(0, path_.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) {
    return fail_errno("fsync the folder of " + path_, errno);
  }
  state_ = State::this_boot;
  return {};
}

Result<void> UnsyncedMark::set_and_stay() {
  if (!lock_byte(file_.get(), F_OFD_SETLKW, F_RDLCK, unsynced)) {
    return fail_errno("fcntl(F_OFD_SETLKW) " + path_, errno);
  }
  stays_ = true;
  return set();
}

Result<void> UnsyncedMark::clear() {
  if (state_ == State::nothing || !lock_byte(file_.get(), F_OFD_SETLK, F_WRLCK, unsynced)) {
    return {};
  }
  Result<void> cleared;
  if (::syncfs(file_.get()) != 0 || ::ftruncate(file_.get(), 0) != 0 || ::fdatasync(file_.get()) != 0) {
    cleared = fail_errno("sync the file system of " + path_, errno);
  } else {
    state_ = State::nothing;
  }
  lock_byte(file_.get(), F_OFD_SETLK, F_UNLCK, unsynced);
  return cleared;
}

void UnsyncedMark::let_go() noexcept {
  lock_byte(file_.get(), F_OFD_SETLK, F_UNLCK, opening);
}

void UnsyncedMark::leave() noexcept {
  // A process that is opening the store goes by what is noted: it stays.
  if (file_ && stays_ && lock_byte(file_.get(), F_OFD_SETLK, F_UNLCK, unsynced) &&
      lock_byte(file_.get(), F_OFD_SETLK, F_WRLCK, opening)) {
    static_cast<void>(clear());  // else what is noted stays, too
  }
}

}  // namespace docket
