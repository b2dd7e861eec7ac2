#include "store/spool/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "host/file_io.h"

namespace docket {
namespace {

/// A file system hands out its room in blocks of about this size.
constexpr std::size_t probe_bytes = 4096;

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;

/// More folders than this are not remembered; forgetting costs a sync of two folders each.
constexpr std::size_t max_remembered = 512;

/// The reaper may take an empty folder between its making and the file's. Not twice in a row.
constexpr int max_tries = 3;

tl::unexpected<Error> fail_file(std::string_view call, std::string_view path, int error_number) {
  return fail_writing(std::string(call) + " " + std::string(path), error_number);
}

Result<void> make_folder(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), folder_mode) != 0 && errno != EEXIST) {
    return fail_file("mkdirat", name, errno);
  }
  return {};
}

Result<Fd> open_folder(int parent, const std::string& name) {
  Fd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    return fail_file("openat", name, errno);
  }
  return folder;
}

Result<void> sync_folder(int parent, const std::string& name) {
  const auto folder = open_folder(parent, name);
  if (!folder) {
    return pass_on(folder);
  }
  if (::fsync(folder->get()) != 0) {
    return fail_file("fsync", name, errno);
  }
  return {};
}

std::string upper_of(std::string_view folder) {
  return std::string(folder.substr(0, Spool::upper_length));
}

/// The start of the names of all of a job's files.
std::string path_stem(const JobId& job) {
  auto path = Spool::folder_of(job);
  path += '/';
  path += job.text();
  return path;
}

}  // namespace

/// `path` and `folder` do not change after open(); `durable` is the set of folders whose names are known to be durable
/// in the folders above them.
struct Spool::State {
  std::string path;
  Fd folder;
  bool sync = true;
  std::mutex mutex;
  std::set<std::string, std::less<>> durable;

  bool is_durable(const std::string& name) {
    const std::scoped_lock lock(mutex);
    return durable.contains(name);
  }

  void remember(const std::vector<std::string>& names) {
    const std::scoped_lock lock(mutex);
    if (durable.size() + names.size() > max_remembered) {
      durable.clear();
    }
    durable.insert(names.begin(), names.end());
  }

  Result<void> make_folders_of(const JobId& job) {
    const auto lower = folder_of(job);
    const auto upper = upper_of(lower);
    {
      const std::scoped_lock lock(mutex);  // they were missing, whatever is remembered of them
      durable.erase(lower);
      durable.erase(upper);
    }
    return make_folder(folder.get(), upper).and_then([&] { return make_folder(folder.get(), lower); });
  }

  /// openat() that makes the job's folders when they are missing.
  Result<Fd> create(const JobId& job, const std::string& name, int flags) {
    for (int attempt = 1;; ++attempt) {
      Fd file(::openat(folder.get(), name.c_str(), flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
      if (file) {
        return file;
      }
      if (errno != ENOENT || attempt == max_tries) {
        return fail_file("openat", name, errno);
      }
      if (auto made = make_folders_of(job); !made) {
        return pass_on(made);
      }
    }
  }

  /// The file `from` of the folder open as `other` becomes the job's file `name`. `flags` of renameat2(2).
  Result<void> adopt(const JobId& job, const std::string& name, int other, const std::string& from, unsigned flags) {
    // The folders were made for the uploads; a job without any may have none yet.
    for (int attempt = 1; ::renameat2(other, from.c_str(), folder.get(), name.c_str(), flags) != 0; ++attempt) {
      if (errno != ENOENT || attempt == max_tries) {
        return fail_file("renameat2", name, errno);
      }
      if (auto made = make_folders_of(job); !made) {
        return made;
      }
    }
    return {};
  }

  [[nodiscard]] Result<Fd> open_to_read(const std::string& name) const {
    Fd file(::openat(folder.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno == ENOENT) {
      return fail(ErrorCode::not_found, name + " is not in the store any more");
    }
    if (!file) {
      return fail_file("openat", name, errno);
    }
    return file;
  }
};

Spool::Spool(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Spool::Spool(Spool&&) noexcept = default;
Spool& Spool::operator=(Spool&&) noexcept = default;
Spool::~Spool() = default;

Result<Spool> Spool::open(const std::string& store_path, bool sync) {
  if (auto made = make_folder(AT_FDCWD, store_path); !made) {
    return pass_on(made);
  }
  const auto store = open_folder(AT_FDCWD, store_path);
  if (!store) {
    return pass_on(store);
  }
  for (const auto* name : {"run", "spool", "work"}) {
    if (auto made = make_folder(store->get(), name); !made) {
      return pass_on(made);
    }
  }
  auto state = std::make_unique<State>();
  state->path = store_path + "/spool/";
  state->sync = sync;
  auto folder = open_folder(store->get(), "spool");
  if (!folder) {
    return pass_on(folder);
  }
  state->folder = std::move(*folder);
  // Whichever process made spool/, its name is durable before anything in it is acknowledged.
  if (sync && ::fsync(store->get()) != 0) {
    return fail_file("fsync", store_path, errno);
  }
  return Spool(std::move(state));
}

std::string Spool::folder_of(const JobId& job) {
  // The first four bytes of an id are the upper 32 of its 48 bits of milliseconds.
  std::string folder;
  append_hex(folder, job.key().substr(0, 3));
  folder += '/';
  append_hex(folder, job.key().substr(3, 1));
  return folder;
}

std::string Spool::input_path(const JobId& job, std::uint32_t index) {
  return path_stem(job) + ".in." + std::to_string(index);
}

std::string Spool::output_path(const JobId& job, const OutputFile& output_file) {
  auto path = path_stem(job);
  if (output_file.pages) {
    return path + ".pages";
  }
  return path + ".out." + std::to_string(output_file.seq) + "-" + std::to_string(output_file.attempt);
}

std::string Spool::log_path(const JobId& job, std::uint32_t index) {
  return path_stem(job) + ".log." + std::to_string(index);
}

std::string Spool::absolute(std::string_view relative) const {
  return state_->path + std::string(relative);
}

Result<Fd> Spool::create_input(const JobId& job, std::uint32_t index) {
  return state_->create(job, input_path(job, index), O_WRONLY | O_EXCL);
}

Result<Fd> Spool::open_for_append(const JobId& job, const OutputFile& output_file) {
  return state_->create(job, output_path(job, output_file), O_WRONLY | O_APPEND);
}

Result<Fd> Spool::create_output(const JobId& job, const OutputFile& output_file) {
  return state_->create(job, output_path(job, output_file), O_RDWR | O_EXCL);
}

Result<void> Spool::adopt(const JobId& job, const OutputFile& output_file, int folder, const std::string& name) {
  const auto path = output_path(job, output_file);
  if (auto adopted = state_->adopt(job, path, folder, name, RENAME_NOREPLACE); !adopted) {
    return adopted;
  }
  if (::fchmodat(state_->folder.get(), path.c_str(), file_mode, 0) != 0) {
    return fail_file("fchmodat", path, errno);
  }
  return {};
}

Result<void> Spool::adopt_log(const JobId& job, std::uint32_t index, int folder, const std::string& name) {
  return state_->adopt(job, log_path(job, index), folder, name, 0);
}

Result<Fd> Spool::open_input(const JobId& job, std::uint32_t index) const {
  return state_->open_to_read(input_path(job, index));
}

Result<Fd> Spool::open_output(const JobId& job, const OutputFile& output_file) const {
  return state_->open_to_read(output_path(job, output_file));
}

Result<Fd> Spool::open_log(const JobId& job, std::uint32_t index) const {
  return state_->open_to_read(log_path(job, index));
}

Result<void> Spool::link_outputs(const JobId& from, const JobId& to, std::span<const OutputFile> output_files) {
  for (const auto& output_file : output_files) {
    const auto there = output_path(from, output_file);
    const auto here = output_path(to, output_file);
    if (::linkat(state_->folder.get(), there.c_str(), state_->folder.get(), here.c_str(), 0) != 0) {
      return fail_file("link", here, errno);
    }
  }
  return {};
}

Result<void> Spool::sync_folders(std::span<const JobId> jobs) {
  if (!state_->sync) {
    return {};
  }
  std::set<std::string> lower;
  for (const auto& job : jobs) {
    lower.insert(folder_of(job));
  }
  std::vector<std::string> fresh;  // folders whose names are not known to be durable
  std::set<std::string> upper;     // the folders where these names stand
  bool top = false;                // one of them is an upper folder, whose name stands in spool/
  for (const auto& name : lower) {
    if (!state_->is_durable(name)) {
      fresh.push_back(name);
      upper.insert(upper_of(name));
    }
  }
  for (const auto& name : upper) {
    if (!state_->is_durable(name)) {
      fresh.push_back(name);
      top = true;
    }
  }

  lower.merge(upper);
  for (const auto& name : lower) {
    if (auto synced = sync_folder(state_->folder.get(), name); !synced) {
      return synced;
    }
  }
  if (top && ::fsync(state_->folder.get()) != 0) {
    return fail_file("fsync", "spool", errno);
  }
  state_->remember(fresh);
  return {};
}

Result<void> Spool::probe() {
  struct stat ours {};
  struct stat there {};
  if (::fstat(state_->folder.get(), &ours) != 0 || ::stat(state_->path.c_str(), &there) != 0 ||
      ours.st_ino != there.st_ino || ours.st_dev != there.st_dev) {
    return fail(ErrorCode::io, "the folder spool/ of docket_store was removed, or is another one");
  }
  const Fd file(::openat(state_->folder.get(), ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, file_mode));
  if (!file) {
    return errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT ? Result<void>() : fail_writing("open", errno);
  }
  return write_at(file.get(), std::string(probe_bytes, 'x'), 0);
}

Result<void> Spool::remove(std::string_view relative) {
  const std::string name(relative);
  if (::unlinkat(state_->folder.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
    return fail_file("unlinkat", name, errno);
  }
  return {};
}

Result<void> Spool::remove_job(const JobId& job, std::uint32_t inputs, std::span<const OutputFile> outputs) {
  Result<void> result;
  const auto attempt = [&](const std::string& name) {
    if (auto removed = remove(name); !removed && result) {
      result = std::move(removed);
    }
  };
  for (std::uint32_t i = 0; i < inputs; ++i) {
    attempt(input_path(job, i));
  }
  for (std::uint32_t i = 0; i < std::max(inputs, 1U); ++i) {
    attempt(log_path(job, i));
  }
  attempt(output_path(job, {.pages = true}));
  for (const auto& output : outputs) {
    attempt(output_path(job, output));
  }
  return result;
}

}  // namespace docket
