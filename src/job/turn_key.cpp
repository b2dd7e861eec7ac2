#include "job/turn_key.h"

#include <algorithm>
#include <array>

namespace docket {
namespace {

// A client's key: seven zeros, the family, and what distinguishes clients of this family, filled up with zeros.
constexpr std::size_t family_at = 7;
constexpr char ipv4 = 4;
constexpr char ipv6 = 6;
constexpr std::ptrdiff_t ipv4_size = 4;
constexpr std::ptrdiff_t ipv6_prefix = 8;
constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_client(const OwnerKey& key) noexcept {
  const auto* const family = key.bytes.begin() + family_at;
  return std::all_of(key.bytes.begin(), family, [](char byte) { return byte == 0; }) &&
         (*family == ipv4 || *family == ipv6);
}

}  // namespace

OwnerKey client_key(std::span<const std::uint8_t, 16> address) noexcept {
  OwnerKey key;
  auto* const rest = key.bytes.begin() + family_at + 1;
  if (std::equal(mapped.begin(), mapped.end(), address.begin())) {
    key.bytes[family_at] = ipv4;
    std::copy_n(address.begin() + mapped.size(), ipv4_size, rest);
  } else {
    key.bytes[family_at] = ipv6;
    std::copy_n(address.begin(), ipv6_prefix, rest);
  }
  return key;
}

OwnerKey turn_key(const OwnerKey& owner, const OwnerKey& client) noexcept {
  return owner == OwnerKey{} ? client : owner;
}

bool takes_turns_for(const OwnerKey& key, const OwnerKey& owner) noexcept {
  return key == owner || (owner == OwnerKey{} && is_client(key));
}

}  // namespace docket
