#include "work/command/work_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <tuple>
#include <utility>

#include "base/remove_tree.h"
#include "base/utf8.h"

namespace docket {
namespace {

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;

struct CloseStream {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Stream = std::unique_ptr<DIR, CloseStream>;

Result<Fd> open_at(int parent, const std::string& name) {
  Fd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder) {
    return fail_errno("open " + name, errno);
  }
  return folder;
}

/// The same of a folder that a command has left, whatever its mode. Changes the mode of nothing else, where another
/// thing comes to have the name meanwhile.
Result<Fd> open_left(int parent, const std::string& name) {
  Fd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (folder) {
    return folder;
  }
  if (const int why = errno; why != EACCES) {
    return fail_errno("open " + name, why);
  }
  const Fd closed(::openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!closed || ::chmod(("/proc/self/fd/" + std::to_string(closed.get())).c_str(), folder_mode) != 0) {
    return fail_errno("chmod " + name, errno);
  }
  return open_at(closed.get(), ".");
}

/// Calls `visit` with each name in a folder until it says false.
template <class Visit>
Result<void> each_name(Fd folder, Visit&& visit) {
  const Stream stream(::fdopendir(folder.get()));
  if (!stream) {
    return fail_errno("fdopendir", errno);
  }
  static_cast<void>(folder.release());  // the stream's now
  errno = 0;
  // readdir is safe here: the stream is this call's own.
  while (const auto* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && !visit(std::string(name))) {
      return {};
    }
    errno = 0;
  }
  return errno == 0 ? Result<void>() : fail_errno("readdir", errno);
}

tl::unexpected<Error> too_much(std::string what) {
  return fail(ErrorCode::command_failed, std::move(what));
}

/// The walk through an output folder.
class OutputWalk {
 public:
  /// `visit` may be empty: then nothing is opened.
  OutputWalk(std::uint64_t max_bytes, const WorkFolder::Visit& visit) : max_bytes_(max_bytes), visit_(visit) {}

  Result<void> folder(Fd opened, const std::string& prefix, std::size_t depth) {
    const int descriptor = opened.get();
    Result<void> looked;
    auto listed = each_name(std::move(opened), [&](const std::string& name) {
      looked = entry(descriptor, name, prefix + name, depth);
      return looked.has_value();
    });
    return looked ? listed : looked;
  }

  FoundFiles take() {
    auto& files = found_.files;
    std::ranges::sort(files, {}, [](const FoundFile& file) { return std::tie(file.name, file.path); });
    // What is no UTF-8 may have come to the same.
    const auto same_name = [](const FoundFile& a, const FoundFile& b) { return a.name == b.name; };
    const auto twice = std::unique(files.begin(), files.end(), same_name);  // not ranges::unique: clang-tidy 14
    found_.passed_over += static_cast<std::uint32_t>(files.end() - twice);
    files.erase(twice, files.end());
    return std::move(found_);
  }

 private:
  Result<void> entry(int parent, const std::string& name, std::string path, std::size_t depth) {
    struct stat info {};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno == ENOENT ? Result<void>() : fail_errno("fstatat " + path, errno);
    }
    if (++entries_ > max_output_entries) {
      return too_much("it left more than " + std::to_string(max_output_entries) + " files and folders");
    }
    if (S_ISDIR(info.st_mode)) {
      if (depth == max_output_depth) {
        return too_much("it left folders that are more than " + std::to_string(max_output_depth) + " deep");
      }
      return open_left(parent, name).and_then([&](Fd inner) {
        // Files can be taken out of it whatever its mode was.
        return ::fchmod(inner.get(), folder_mode) == 0 ? folder(std::move(inner), path + "/", depth + 1)
                                                       : fail_errno("fchmod " + path, errno);
      });
    }
    Fd opened;
    if (visit_ && S_ISREG(info.st_mode)) {
      opened = Fd(::openat(parent, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
      if (!opened || ::fstat(opened.get(), &info) != 0) {
        return too_much("a file that it left cannot be read");
      }
    }
    // A file with a second name may be anybody's.
    if (!S_ISREG(info.st_mode) || info.st_nlink != 1) {
      ++found_.passed_over;
      return {};
    }
    FoundFile file{.path = std::move(path), .name = {}, .size = static_cast<std::uint64_t>(info.st_size)};
    append_valid_utf8(file.name, file.path);
    if (file.name.size() > max_output_name) {
      return too_much("it left a file with a name of more than " + std::to_string(max_output_name) + " bytes");
    }
    found_.bytes += file.size;
    if (found_.bytes > max_bytes_) {
      return too_much("it left more than " + std::to_string(max_bytes_) + " bytes (docket_command_output)");
    }
    if (found_.files.size() == max_output_files) {
      return too_much("it left more than " + std::to_string(max_output_files) + " files");
    }
    if (visit_) {
      if (auto visited = visit_(opened.get(), file); !visited) {
        return visited;
      }
    }
    found_.files.push_back(std::move(file));
    return {};
  }

  const std::uint64_t max_bytes_;
  const WorkFolder::Visit& visit_;
  std::size_t entries_ = 0;
  FoundFiles found_;
};

Result<Fd> open_parent(const std::string& store_path) {
  return open_at(AT_FDCWD, store_path + "/work");
}

}  // namespace

std::string work_folder_name(const Unit& unit) {
  return unit.job.text() + "." + std::to_string(unit.seq) + "-" + std::to_string(unit.attempt);
}

Result<WorkFolder> WorkFolder::make(const std::string& store_path, const std::string& name) {
  WorkFolder folder;
  auto parent = open_parent(store_path);
  if (!parent) {
    return pass_on(parent);
  }
  folder.parent_ = std::move(*parent);
  folder.path_ = store_path + "/work/" + name;
  if (::mkdirat(folder.parent_.get(), name.c_str(), folder_mode) != 0) {
    return fail_writing("mkdir " + folder.path_, errno);
  }
  folder.made_ = true;
  auto opened = open_at(folder.parent_.get(), name);
  if (!opened) {
    return pass_on(opened);
  }
  // Where it was taken for a dead one's in that moment the unit is tried again.
  if (::flock(opened->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail_errno("flock " + folder.path_, errno);
  }
  folder.folder_ = std::move(*opened);
  if (auto made = folder.make_parts(); !made) {
    return pass_on(made);
  }
  return folder;
}

Result<WorkFolder> WorkFolder::make_within(const WorkFolder& program, const std::string& name) {
  WorkFolder folder;
  folder.path_ = program.path_;
  folder.within_ = "/" + name;
  folder.folder_ = Fd(::fcntl(program.folder(), F_DUPFD_CLOEXEC, 0));
  if (!folder.folder_) {
    return fail_errno("fcntl", errno);
  }
  folder.made_ = true;
  if (auto made = folder.make_parts(); !made) {
    return pass_on(made);
  }
  return folder;
}

Result<void> WorkFolder::make_parts() {
  for (const auto* part : {"in", "out", "tmp"}) {
    const bool shared = !within_.empty() && std::string_view(part) == "tmp";
    if (!shared && ::mkdirat(folder_.get(), (part + within_).c_str(), folder_mode) != 0) {
      return fail_writing("mkdir " + path_ + "/" + part + within_, errno);
    }
  }
  return {};
}

WorkFolder::~WorkFolder() {
  if (!made_) {
    return;
  }
  if (within_.empty()) {
    if (parent_) {  // else it was moved from
      static_cast<void>(remove_tree(parent_.get(), path_.substr(path_.rfind('/') + 1)));
    }
    return;  // or remove_stale_work_folders() does
  }
  if (folder_) {
    for (const auto& name : {"in" + within_, "out" + within_, result_name()}) {
      static_cast<void>(remove_tree(folder_.get(), name));
    }
  }
}

Result<void> WorkFolder::write_input(const std::string& name, std::string_view text) {
  auto file = create("in" + within_ + "/" + name);
  if (!file) {
    return pass_on(file);
  }
  while (!text.empty()) {
    const auto size = ::write(file->get(), text.data(), text.size());
    if (size < 0 && errno != EINTR) {
      return fail_writing("write " + input_path(name), errno);
    }
    text.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  return {};
}

Result<void> WorkFolder::link_input(const std::string& from, const std::string& name) {
  if (::linkat(AT_FDCWD, from.c_str(), folder_.get(), ("in" + within_ + "/" + name).c_str(), 0) != 0) {
    return fail_writing("link " + from, errno);
  }
  return {};
}

Result<Fd> WorkFolder::create_result() {
  return create(result_name());
}

Result<Fd> WorkFolder::create(const std::string& name) {
  Fd file(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!file) {
    return fail_writing("open " + path_ + "/" + name, errno);
  }
  return file;
}

Result<Fd> WorkFolder::open_outputs() const {
  return open_at(folder_.get(), "out" + within_);
}

Result<FoundFiles> WorkFolder::find_outputs(std::uint64_t max_bytes) const {
  return walk(max_bytes, {});
}

Result<void> WorkFolder::each_output(std::uint64_t max_bytes, const Visit& visit) const {
  return walk(max_bytes, visit).map([](const FoundFiles& /*all*/) {});
}

Result<FoundFiles> WorkFolder::walk(std::uint64_t max_bytes, const Visit& visit) const {
  auto outputs = open_outputs();
  if (!outputs) {
    return pass_on(outputs);
  }
  OutputWalk walk(max_bytes, visit);
  if (auto walked = walk.folder(std::move(*outputs), "", 1); !walked) {
    return pass_on(walked);
  }
  return walk.take();
}

std::string without_store_paths(std::string text, const std::string& store_path) {
  const auto store = store_path + "/";
  for (auto at = text.find(store); at != std::string::npos; at = text.find(store, at)) {
    text.erase(at, store.size());
    if (text.compare(at, 5, "work/") != 0) {
      continue;
    }
    // Names of work folders have no such characters.
    const auto end = text.find_first_of("/ \t\r\n:;,'\")", at + 5);
    const bool is_within = end != std::string::npos && text[end] == '/';
    text.replace(at, (end == std::string::npos ? text.size() : end + (is_within ? 1 : 0)) - at, is_within ? "" : ".");
  }
  return text;
}

void remove_stale_work_folders(const std::string& store_path) {
  const auto parent = open_parent(store_path);
  auto listed = open_parent(store_path);
  if (!parent || !listed) {
    return;
  }
  std::vector<std::string> names;
  static_cast<void>(each_name(std::move(*listed), [&](std::string name) {
    names.push_back(std::move(name));
    return true;
  }));
  for (const auto& name : names) {
    const auto folder = open_at(parent->get(), name);
    if (!folder || ::flock(folder->get(), LOCK_EX | LOCK_NB) == 0) {
      static_cast<void>(remove_tree(parent->get(), name));
    }
  }
}

}  // namespace docket
