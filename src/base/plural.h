// Numbers of things, in words for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket {

/// "1 page", "2 pages": for nouns whose plural ends so.
inline std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace docket
