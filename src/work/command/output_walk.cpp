#include "work/command/output_walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "work/command/folder_entries.h"

namespace docket {
namespace {

constexpr mode_t left_mode = 0700;

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
  if (!closed || ::chmod(("/proc/self/fd/" + std::to_string(closed.get())).c_str(), left_mode) != 0) {
    return fail_errno("chmod " + name, errno);
  }
  return open_at(closed.get(), ".");
}

tl::unexpected<Error> too_much(std::string what) {
  return fail(ErrorCode::command_failed, std::move(what));
}

/// What a file takes of the disk: less than its size where it has holes.
std::uint64_t room_of(const struct stat& info) noexcept {
  constexpr std::uint64_t block = 512;  // stat(2)
  return std::min(static_cast<std::uint64_t>(info.st_size), static_cast<std::uint64_t>(info.st_blocks) * block);
}

/// A file with several names is one file.
using Inodes = std::set<std::pair<dev_t, ino_t>>;
std::uint64_t room_of(const struct stat& info, Inodes& seen) {
  const bool is_new = info.st_nlink == 1 || seen.emplace(info.st_dev, info.st_ino).second;
  return is_new ? room_of(info) : 0;
}

/// What all the files below a folder take of the disk.
class RoomWalk {
 public:
  /// `seen` are those with several names that are counted already.
  explicit RoomWalk(Inodes& seen) : seen_(seen) {}

  Result<std::uint64_t> folder(Fd opened, std::size_t depth = 1) {
    const int descriptor = opened.get();
    Result<void> looked;
    auto listed = each_name(std::move(opened), [&](const std::string& name) {
      looked = entry(descriptor, name, depth);
      return looked.has_value();
    });
    looked = looked ? listed : looked;
    return looked.map([&] { return bytes_; });
  }

 private:
  Result<void> entry(int parent, const std::string& name, std::size_t depth) {
    if (++entries_ > max_temporary_entries) {
      return too_much("it has more than " + std::to_string(max_temporary_entries) + " temporary files and folders");
    }
    struct stat info {};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return {};
    }
    if (!S_ISDIR(info.st_mode)) {
      bytes_ += S_ISREG(info.st_mode) ? room_of(info, seen_) : 0;
      return {};
    }
    if (depth == max_temporary_depth) {
      return too_much("it has folders with temporary files that are more than " + std::to_string(max_temporary_depth) +
                      " deep");
    }
    auto inner = open_at(parent, name);
    // It may be gone, and into what is closed to us its owner cannot put anything, either.
    return inner ? folder(std::move(*inner), depth + 1).map([](std::uint64_t) {}) : Result<void>();
  }

  Inodes& seen_;
  std::size_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

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

  /// Counts temporary files in.
  Result<void> temporary(Fd opened) {
    return RoomWalk(linked_).folder(std::move(opened)).and_then([&](std::uint64_t bytes) -> Result<void> {
      passed_over_bytes_ += bytes;
      return check_room();
    });
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
        return ::fchmod(inner.get(), left_mode) == 0 ? folder(std::move(inner), path + "/", depth + 1)
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
      passed_over_bytes_ += S_ISREG(info.st_mode) ? room_of(info, linked_) : 0;
      return check_room();
    }
    FoundFile file{.path = std::move(path), .name = {}, .size = static_cast<std::uint64_t>(info.st_size)};
    append_valid_utf8(file.name, file.path);
    if (file.name.size() > max_output_name) {
      return too_much("it left a file with a name of more than " + std::to_string(max_output_name) + " bytes");
    }
    names_ += file.name.size();
    if (names_ > max_output_names) {
      return too_much("it left files whose names come to more than " + std::to_string(max_output_names) + " bytes");
    }
    found_.bytes += file.size;
    if (auto fits = check_room(); !fits) {
      return fits;
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

  [[nodiscard]] Result<void> check_room() const {
    if (found_.bytes + passed_over_bytes_ <= max_bytes_) {
      return {};
    }
    return too_much("it left more than " + std::to_string(max_bytes_) + " bytes" +
                    (passed_over_bytes_ > 0 ? ", temporary files included" : "") + " (docket_command_output)");
  }

  const std::uint64_t max_bytes_;
  const WorkFolder::Visit& visit_;
  std::size_t names_ = 0;                ///< bytes
  Inodes linked_;                        ///< files with several names
  std::uint64_t passed_over_bytes_ = 0;  ///< of these, and of temporary files
  std::size_t entries_ = 0;
  FoundFiles found_;
};

}  // namespace

Result<FoundFiles> walk_outputs(Fd outputs, Fd temporary, std::uint64_t max_bytes, const WorkFolder::Visit& visit) {
  OutputWalk walk(max_bytes, visit);
  auto walked = walk.folder(std::move(outputs), "", 1).and_then([&] { return walk.temporary(std::move(temporary)); });
  if (!walked) {
    return pass_on(walked);
  }
  return walk.take();
}

}  // namespace docket
