// What stands in a folder that is open.
#pragma once

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

struct CloseStream {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Stream = std::unique_ptr<DIR, CloseStream>;

/// Follows no link in the name's last part.
inline Result<Fd> open_at(int parent, const std::string& name) {
  Fd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder) {
    return fail_errno("open " + name, errno);
  }
  return folder;
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

/// The names in a folder; none where it cannot be read.
inline std::vector<std::string> names_in(int parent, const std::string& name) {
  std::vector<std::string> names;
  if (auto folder = open_at(parent, name)) {
    static_cast<void>(each_name(std::move(*folder), [&](std::string each) {
      names.push_back(std::move(each));
      return true;
    }));
  }
  return names;
}

}  // namespace docket
