#include "core/store_place.h"

#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "core/lease.h"

namespace docket {

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
