#include "host/lease.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "base/file_lock.h"

namespace docket {
namespace {

constexpr std::string_view prefix = "lease.";
constexpr std::string_view once_prefix = "once.";  // see job/idempotency.h

/// Tries for a name. Only a file that is taken for dead between its creation and its lock costs one.
constexpr int max_tries = 10;

std::string path_of(const std::string& run_folder, const Holder& holder) {
  return run_folder + "/" + std::string(prefix) + holder.text();
}

bool is_lease(std::string_view name) {
  return name.starts_with(prefix) && Holder::parse(name.substr(prefix.size()));
}

void each_name(const std::string& run_folder, const std::function<void(const std::string&)>& visit) {
  struct Close {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
  };
  const std::unique_ptr<DIR, Close> folder(::opendir(run_folder.c_str()));
  if (!folder) {
    return;
  }
  // readdir is safe here: the stream is this call's own (POSIX.1-2024; glibc has promised it for long).
  while (const auto* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
    visit(entry->d_name);
  }
}

/// Removes the file at `path` if no process holds its lock.
void remove_if_dead(const std::string& path) noexcept {
  const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  // While we hold the lock no other process removes the name; its maker, which may be about to lock it, will find the
  // name gone and make another file.
  if (file && try_lock(file.get()) && has_name(file.get(), path)) {
    ::unlink(path.c_str());
  }
}

}  // namespace

Result<LeaseFile> LeaseFile::create(const std::string& run_folder, std::string_view note) {
  for (int attempt = 0; attempt < max_tries; ++attempt) {
    LeaseFile lease;
    auto& bytes = lease.holder_.bytes;
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      return fail_errno("getrandom", errno);
    }
    const auto path = path_of(run_folder, lease.holder_);
    lease.fd_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!lease.fd_) {
      return fail_errno("open " + path, errno);
    }
    lease.path_ = path;
    // Until it is locked, remove_dead_lease_files() of another process may take the file for a dead one.
    if (try_lock(lease.fd_.get())) {
      if (::pwrite(lease.fd_.get(), note.data(), note.size(), 0) != static_cast<ssize_t>(note.size())) {
        return fail_errno("write " + path, errno);
      }
      if (has_name(lease.fd_.get(), path)) {
        return lease;
      }
    } else if (errno != EAGAIN && errno != EACCES) {
      return fail_errno("fcntl(F_OFD_SETLK) " + path, errno);
    }
  }
  return fail(ErrorCode::io, "no lease file in " + run_folder + " could be kept");
}

LeaseFile::LeaseFile(LeaseFile&&) noexcept = default;

LeaseFile& LeaseFile::operator=(LeaseFile&& other) noexcept {
  if (this != &other) {
    LeaseFile old(std::move(*this));  // removed when it leaves the scope
    holder_ = other.holder_;
    path_ = std::move(other.path_);
    fd_ = std::move(other.fd_);
  }
  return *this;
}

bool LeaseFile::is_there() const noexcept {
  return fd_ && has_name(fd_.get(), path_);
}

LeaseFile::~LeaseFile() {
  if (is_there()) {
    ::unlink(path_.c_str());
  }
}

bool is_dead(const std::string& run_folder, const Holder& holder) {
  const Fd file(::open(path_of(run_folder, holder).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    return errno == ENOENT;  // any other error does not show that the holder is dead
  }
  return is_locked(file.get()) == false;
}

std::vector<std::string> living_lease_notes(const std::string& run_folder) {
  constexpr std::size_t longest = 256;
  std::vector<std::string> notes;
  each_name(run_folder, [&](const std::string& name) {
    const Fd file(is_lease(name) ? ::open((run_folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1);
    if (file && is_locked(file.get()).value_or(true)) {
      std::string note(longest, '\0');
      const auto size = ::pread(file.get(), note.data(), note.size(), 0);
      note.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
      notes.push_back(std::move(note));
    }
  });
  return notes;
}

void remove_dead_lease_files(const std::string& run_folder) {
  each_name(run_folder, [&](const std::string& name) {
    if (is_lease(name) || name.starts_with(once_prefix)) {
      remove_if_dead(run_folder + "/" + name);
    }
  });
}

}  // namespace docket
