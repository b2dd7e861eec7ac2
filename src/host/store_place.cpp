#include "host/store_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "host/lease.h"
#include "host/user.h"

namespace docket {
namespace {

/// "www-data" (uid 33); uid 33 where it has no name.
std::string told(uid_t id, const std::optional<User>& user) {
  const auto number = "uid " + std::to_string(id);
  return user ? '"' + user->name + "\" (" + number + ')' : number;
}

/// Whether this process itself can do with a part of the store what it has to.
bool is_usable(const std::string& path, const struct stat& info) noexcept {
  const int mode = S_ISDIR(info.st_mode) ? R_OK | W_OK | X_OK : R_OK | W_OK;
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

}  // namespace

std::string_view network_file_system(long type) noexcept {
  // statfs(2) and linux/magic.h; the numbers of those that the headers do not name are their projects'.
  constexpr std::array<std::pair<unsigned long, std::string_view>, 14> known{{
      {0x6969, "NFS"},
      {0x517B, "SMB"},
      {0xFF534D42, "CIFS"},
      {0xFE534D42, "SMB2"},
      {0x01021997, "9P"},
      {0x00C36400, "Ceph"},
      {0x5346414F, "AFS"},
      {0x6B414653, "AFS"},
      {0x73757245, "Coda"},
      {0x564C, "NCP"},
      {0x0BD00BD0, "Lustre"},
      {0x01161970, "GFS2"},
      {0x7461636F, "OCFS2"},
      {0x65735546, "FUSE"},
  }};
  for (const auto& [number, name] : known) {
    if (static_cast<unsigned long>(type) == number) {
      return name;
    }
  }
  return {};
}

Result<void> check_file_system(const std::string& folder) {
  auto path = std::filesystem::absolute(folder).lexically_normal();
  struct statfs info {};
  while (::statfs(path.c_str(), &info) != 0) {
    if (errno != ENOENT || path == path.root_path()) {
      return fail_errno("statfs " + path.string(), errno);
    }
    path = path.parent_path();
  }
  const auto name = network_file_system(info.f_type);
  if (name.empty()) {
    return {};
  }
  return fail(ErrorCode::store_unavailable,
              folder + " lies on " + std::string(name) +
                  ", where the locks of a store do not hold; it needs a local file system");
}

Result<void> check_store_owner(const std::string& folder, uid_t user) {
  const auto me = ::geteuid();
  for (const auto* part : {"", "/lmdb", "/lmdb/data.mdb", "/lmdb/lock.mdb", "/run", "/spool", "/unsynced"}) {
    const auto path = folder + part;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || info.st_uid == user) {
      continue;  // what is not there yet will be theirs
    }
    if ((me == 0 && path == folder) || (me != 0 && me == user && is_usable(path, info))) {
      continue;
    }
    const auto workers = user_of(user);
    std::string detail = path;
    detail.append(" belongs to ").append(told(info.st_uid, user_of(info.st_uid)));
    detail.append(", but nginx's workers run as ").append(told(user, workers));
    detail.append(": set nginx's directive \"user\", or stop nginx and run: chown -R ");
    // Without a name there is no login group that a colon could stand for; chown -R follows no link.
    std::error_code unknown;
    const auto real = std::filesystem::canonical(folder, unknown);
    detail.append(workers ? workers->name + ':' : std::to_string(user)).append(" ");
    detail.append(unknown ? folder : real.string());
    return fail(ErrorCode::forbidden, std::move(detail));
  }
  return {};
}

std::string pid_namespace() {
  std::array<char, 64> name{};
  const auto size = ::readlink("/proc/self/ns/pid", name.data(), name.size());
  return {name.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

Result<void> check_pid_namespaces(const std::string& run_folder) {
  const auto mine = pid_namespace();
  if (mine.empty()) {
    return {};
  }
  for (const auto& theirs : living_lease_notes(run_folder)) {
    if (!theirs.empty() && theirs != mine) {
      std::string detail = "the store is in use in another pid namespace (";
      detail += theirs;
      detail += ", this is ";
      detail += mine;
      detail += "), such as another container's, where its locks do not hold; share the namespace, or one nginx";
      return fail(ErrorCode::store_unavailable, std::move(detail));
    }
  }
  return {};
}

}  // namespace docket
