#include "ctl/owner.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "host/user.h"

namespace docket::ctl {
Result<void> become_owner(const std::string& store_folder) {
  struct stat info {};
  if (::stat(store_folder.c_str(), &info) != 0) {
    return errno == ENOENT || errno == ENOTDIR
               ? fail(Error{ErrorCode::not_found, "there is no store in " + store_folder})
               : fail_errno("stat " + store_folder, errno);
  }
  const auto me = ::geteuid();
  if (me == info.st_uid) {
    return {};
  }
  const auto owner = user_of(info.st_uid);
  const auto name = owner ? owner->name : "user " + std::to_string(info.st_uid);
  if (me != 0) {
    return fail(ErrorCode::forbidden,
                store_folder + " belongs to " + name + ": run docketctl as " + name + " or as root");
  }
  const auto group = owner ? owner->group : info.st_gid;
  const int grouped = owner ? ::initgroups(owner->name.c_str(), group) : ::setgroups(0, nullptr);
  if (grouped != 0 || ::setresgid(group, group, group) != 0 ||
      ::setresuid(info.st_uid, info.st_uid, info.st_uid) != 0) {
    return fail_errno("becoming " + name, errno);
  }
  return {};
}

}  // namespace docket::ctl
