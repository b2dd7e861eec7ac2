#include "work/command/work_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/remove_tree.h"
#include "work/command/folder_entries.h"
#include "work/command/output_walk.h"

namespace docket {
namespace {

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;

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
  if (!within_.empty()) {
    return make_part("out");
  }
  return make_inputs().and_then([&] { return make_part("out"); }).and_then([&] { return make_part("tmp"); });
}

Result<void> WorkFolder::make_inputs() {
  auto made = has_inputs_ ? Result<void>() : make_part("in");
  has_inputs_ = has_inputs_ || made;
  return made;
}

Result<void> WorkFolder::make_part(const char* part) const {
  if (::mkdirat(folder_.get(), (part + within_).c_str(), folder_mode) != 0) {
    return fail_writing("mkdir " + path_ + "/" + part + within_, errno);
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
    if (has_inputs_) {
      static_cast<void>(remove_tree(folder_.get(), "in" + within_));
    }
    static_cast<void>(remove_tree(folder_.get(), "out" + within_));
  }
}

Result<void> WorkFolder::write_input(const std::string& name, std::string_view text) {
  if (auto made = make_inputs(); !made) {
    return made;
  }
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
  if (auto made = make_inputs(); !made) {
    return made;
  }
  if (::linkat(AT_FDCWD, from.c_str(), folder_.get(), ("in" + within_ + "/" + name).c_str(), 0) != 0) {
    return errno == ENOENT ? fail(ErrorCode::command_failed, "an upload is not in the store any more")
                           : fail_writing("link " + from, errno);
  }
  return {};
}

Result<Fd> WorkFolder::create(const std::string& name) const {
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
  auto temporary = open_at(folder_.get(), "tmp");
  if (!temporary) {
    return pass_on(temporary);
  }
  return walk_outputs(std::move(*outputs), std::move(*temporary), max_bytes, visit);
}

void WorkFolder::tidy() const {
  const auto is_open = [](int parent, const std::string& name) {
    struct stat info {};
    // Its /dev/shm is there: sem_overview(7).
    return name.starts_with("sem.") || (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                                        (S_ISSOCK(info.st_mode) || S_ISFIFO(info.st_mode)));
  };
  for (const auto* part : {"out", "tmp"}) {
    const auto folder = open_at(folder_.get(), part);
    for (const auto& name : folder ? names_in(folder->get(), ".") : std::vector<std::string>()) {
      const auto inner = names_in(folder->get(), name);
      const bool is_kept = is_open(folder->get(), name) || std::ranges::any_of(inner, [&](const std::string& other) {
                             return is_open(folder->get(), std::string(name).append("/").append(other));
                           });
      if (!is_kept) {
        static_cast<void>(remove_tree(folder->get(), name));
      }
    }
  }
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
  if (!parent) {
    return;
  }
  for (const auto& name : names_in(parent->get(), ".")) {
    const auto folder = open_at(parent->get(), name);
    if (!folder || ::flock(folder->get(), LOCK_EX | LOCK_NB) == 0) {
      static_cast<void>(remove_tree(parent->get(), name));
    }
  }
}

}  // namespace docket
