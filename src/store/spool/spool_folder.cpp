#include "store/spool/spool_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "base/hex.h"
#include "store/spool/spool.h"
#include "store/store.h"

namespace docket {
namespace {

constexpr std::size_t id_length = 36;
constexpr std::size_t lower_length = 2;
constexpr std::size_t range_bytes = 4;  // of an id: they name its folder

/// Folders younger than this are remembered by workers as durable.
constexpr std::int64_t keep_folder_ms = 3'600'000;

struct Close {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// Takes a number off the front of `text`.
template <class Number>
bool take_number(std::string_view& text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc();
}

bool take(std::string_view& text, std::string_view word) noexcept {
  if (!text.starts_with(word)) {
    return false;
  }
  text.remove_prefix(word.size());
  return true;
}

bool is_hex(std::string_view text, std::size_t length) noexcept {
  std::uint8_t byte = 0;
  bool good = text.size() == length;
  for (std::size_t i = 0; good && i < length; i += 2) {
    good = read_hex(text.data() + i, byte);
  }
  return good;
}

SpoolFolder::File file_of(const struct stat& info) noexcept {
  SpoolFolder::File file;
  file.bytes = static_cast<std::uint64_t>(info.st_size);
  file.modified_ms = std::int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
  file.regular = S_ISREG(info.st_mode);
  return file;
}

}  // namespace

std::optional<SpoolName> SpoolName::parse(std::string_view name) {
  SpoolName parsed;
  const auto id = JobId::parse(name.substr(0, std::min(name.size(), id_length)));
  if (!id) {
    return std::nullopt;
  }
  parsed.job = *id;
  auto rest = name.substr(id_length);
  std::string path;
  if (take(rest, ".in.")) {
    if (!take_number(rest, parsed.input.emplace())) {
      return std::nullopt;
    }
    path = Spool::input_path(*id, *parsed.input);
  } else if (take(rest, ".log.")) {
    if (!take_number(rest, parsed.log.emplace())) {
      return std::nullopt;
    }
    path = Spool::log_path(*id, *parsed.log);
  } else {
    parsed.output_file.pages = rest == ".pages";
    if (take(rest, ".out.") && (!take_number(rest, parsed.output_file.seq) || !take(rest, "-") ||
                                !take_number(rest, parsed.output_file.attempt))) {
      return std::nullopt;
    }
    path = Spool::output_path(*id, parsed.output_file);
  }
  // Written again it is the same: no leading zeros, nothing behind.
  return path.substr(path.rfind('/') + 1) == name ? std::optional(parsed) : std::nullopt;
}

bool has_file(const JobFiles& job, const SpoolName& file) noexcept {
  if (file.input) {
    return *file.input < job.inputs.size();
  }
  if (file.log) {
    return true;
  }
  return std::any_of(job.output_files.begin(), job.output_files.end(),
                     [&](const auto& used) { return used.output_file == file.output_file; });
}

SpoolRange SpoolRange::of(const JobId& job) noexcept {
  SpoolRange range{job, job};
  std::fill(range.first.bytes.begin() + range_bytes, range.first.bytes.end(), std::uint8_t{0});
  std::fill(range.last.bytes.begin() + range_bytes, range.last.bytes.end(), std::uint8_t{0xFF});
  return range;
}

std::optional<SpoolRange> SpoolRange::of_folder(std::string_view folder) noexcept {
  if (folder.size() != Spool::upper_length + 1 + lower_length || folder[Spool::upper_length] != '/') {
    return std::nullopt;
  }
  JobId job;
  const bool good = read_hex(folder.data(), job.bytes[0]) && read_hex(folder.data() + 2, job.bytes[1]) &&
                    read_hex(folder.data() + 4, job.bytes[2]) &&
                    read_hex(folder.data() + Spool::upper_length + 1, job.bytes[3]);
  return good ? std::optional(of(job)) : std::nullopt;
}

Result<SpoolFolder> SpoolFolder::open(const std::string& store_path) {
  const auto path = store_path + "/spool";
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    return errno == ENOENT ? fail(Error{ErrorCode::not_found, "there is no folder " + path})
                           : fail_errno("open " + path, errno);
  }
  return SpoolFolder(std::move(folder));
}

/// Calls `visit` with a descriptor of the folder and each name in it.
Result<void> SpoolFolder::each_name(const std::string& folder,
                                    const std::function<void(int, std::string)>& visit) const {
  Fd opened(::openat(folder_.get(), folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!opened) {
    return errno == ENOENT ? Result<void>() : fail_errno("openat " + folder, errno);
  }
  const std::unique_ptr<DIR, Close> stream(::fdopendir(opened.get()));
  if (!stream) {
    return fail_errno("fdopendir " + folder, errno);
  }
  const int descriptor = opened.release();  // the stream's now
  for (;;) {
    errno = 0;
    // readdir is safe here: the stream is this call's own.
    const auto* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) {
      return errno == 0 ? Result<void>() : fail_errno("readdir " + folder, errno);
    }
    std::string name = entry->d_name;
    if (name != "." && name != "..") {
      visit(descriptor, std::move(name));
    }
  }
}

Result<SpoolFolder::Tree> SpoolFolder::tree() const {
  Tree tree;
  std::vector<std::string> uppers;
  const auto is_folder = [](int parent, const std::string& name) {
    struct stat info {};
    return ::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
  };
  auto listed = each_name(".", [&](int parent, std::string name) {
    auto& list = is_hex(name, Spool::upper_length) && is_folder(parent, name) ? uppers : tree.strangers;
    list.push_back(std::move(name));
  });
  for (auto upper = uppers.begin(); listed && upper != uppers.end(); ++upper) {
    listed = each_name(*upper, [&](int parent, const std::string& name) {
      auto& list = is_hex(name, lower_length) && is_folder(parent, name) ? tree.folders : tree.strangers;
      list.push_back(*upper + "/" + name);
    });
  }
  if (!listed) {
    return pass_on(listed);
  }
  std::sort(tree.folders.begin(), tree.folders.end());
  std::sort(tree.strangers.begin(), tree.strangers.end());
  return tree;
}

Result<void> SpoolFolder::each_file(const std::string& folder, const std::function<void(File)>& visit) const {
  Result<void> looked;
  auto listed = each_name(folder, [&](int parent, std::string name) {
    struct stat info {};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
      auto file = file_of(info);
      file.name = std::move(name);
      visit(std::move(file));
    } else if (errno != ENOENT && looked) {
      looked = fail_errno("fstatat " + folder + "/" + name, errno);
    }
  });
  return listed ? looked : listed;
}

Result<std::optional<SpoolFolder::File>> SpoolFolder::find(const std::string& path) const {
  struct stat info {};
  if (::fstatat(folder_.get(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
    return file_of(info);
  }
  return errno == ENOENT ? Result<std::optional<File>>(std::nullopt) : fail_errno("fstatat " + path, errno);
}

Result<std::optional<Fd>> SpoolFolder::open_file(const std::string& path) const {
  Fd file(::openat(folder_.get(), path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file) {
    return std::optional(std::move(file));
  }
  return errno == ENOENT ? Result<std::optional<Fd>>(std::nullopt) : fail_errno("openat " + path, errno);
}

Result<void> SpoolFolder::remove(const std::string& path) const {
  if (::unlinkat(folder_.get(), path.c_str(), 0) != 0 && errno != ENOENT) {
    return fail_errno("unlinkat " + path, errno);
  }
  return {};
}

void SpoolFolder::remove_if_empty(const std::string& folder, std::int64_t now_ms) const {
  auto range = SpoolRange::of_folder(folder);
  if (!range || now_ms - range->end_ms() < keep_folder_ms ||
      ::unlinkat(folder_.get(), folder.c_str(), AT_REMOVEDIR) != 0) {
    return;
  }
  range->last.bytes[range_bytes - 1] = 0xFF;  // of the folder above: its last one's
  if (now_ms - range->end_ms() >= keep_folder_ms) {
    ::unlinkat(folder_.get(), folder.substr(0, Spool::upper_length).c_str(), AT_REMOVEDIR);
  }
}

}  // namespace docket
