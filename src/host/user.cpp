#include "host/user.h"

#include <pwd.h>

#include <vector>

namespace docket {

std::optional<User> user_of(uid_t id) {
  std::vector<char> room(16384);
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return User{found->pw_name, found->pw_gid};
}

}  // namespace docket
