// The machine's users, by their numbers.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace docket {

struct User {
  std::string name;
  gid_t group = 0;
};

/// Nothing for a number without a name, as there are in containers. May ask the network: not for the event loop.
std::optional<User> user_of(uid_t id);

}  // namespace docket
