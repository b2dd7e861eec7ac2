#include "host/pool_names.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/fd.h"
#include "base/folder.h"

namespace docket {
namespace {

Result<std::string> read_all(int file) {
  std::string text;
  std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): is read into
  for (;;) {
    const auto got = ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno != EINTR) {
      return fail_errno("read pools", errno);
    }
    if (got == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
}

}  // namespace

Result<std::vector<std::string>> register_pools(const std::string& store_path, std::span<const std::string> names) {
  const auto path = store_path + "/pools";
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || ::flock(file.get(), LOCK_EX) != 0) {
    return fail_errno("open " + path, errno);
  }
  auto text = read_all(file.get());
  if (!text) {
    return pass_on(text);
  }
  std::vector<std::string> known;
  std::size_t whole = 0;  // a line that a crash has cut off is none
  for (auto end = text->find('\n'); end != std::string::npos; end = text->find('\n', whole)) {
    known.push_back(text->substr(whole, end - whole));
    whole = end + 1;
  }
  if (whole != text->size() && ::ftruncate(file.get(), static_cast<off_t>(whole)) != 0) {
    return fail_errno("ftruncate " + path, errno);
  }
  std::string added;
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      known.push_back(name);
      added += name + "\n";
    }
  }
  if (known.size() > max_named_pools) {
    return fail(ErrorCode::queue_full, "there are more than " + std::to_string(max_named_pools) + " pools in " + path);
  }
  if (!added.empty()) {
    if (::write(file.get(), added.data(), added.size()) != static_cast<ssize_t>(added.size()) ||
        ::fdatasync(file.get()) != 0) {
      return fail_writing("write " + path, errno);
    }
    if (auto synced = sync_folder(store_path); !synced) {
      return pass_on(synced);
    }
  }
  return known;
}

}  // namespace docket
