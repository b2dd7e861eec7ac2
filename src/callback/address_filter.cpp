#include "callback/address_filter.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace docket {
namespace {

constexpr unsigned mapped_bits = 96;  // before an IPv4 address in its mapped form

IpAddress mapped(const void* four_bytes) noexcept {
  IpAddress address;
  address.bytes[10] = address.bytes[11] = 0xFF;
  std::memcpy(&address.bytes[12], four_bytes, 4);
  return address;
}

/// Whether the first `bits` of both are the same.
bool same_start(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) noexcept {
  const auto whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) {
    return false;
  }
  const auto rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

struct Block4 {
  std::array<std::uint8_t, 4> start;
  unsigned prefix;
  AddressClass what;
};

// IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast (RFC 5771).
constexpr std::array<Block4, 16> blocks4{{
    {{0, 0, 0, 0}, 8, AddressClass::unspecified},
    {{10, 0, 0, 0}, 8, AddressClass::private_use},
    {{100, 64, 0, 0}, 10, AddressClass::shared},
    {{127, 0, 0, 0}, 8, AddressClass::loopback},
    {{169, 254, 0, 0}, 16, AddressClass::link_local},
    {{172, 16, 0, 0}, 12, AddressClass::private_use},
    {{192, 0, 0, 0}, 24, AddressClass::special_purpose},
    {{192, 0, 2, 0}, 24, AddressClass::special_purpose},
    {{192, 31, 196, 0}, 24, AddressClass::special_purpose},
    {{192, 88, 99, 0}, 24, AddressClass::special_purpose},
    {{192, 168, 0, 0}, 16, AddressClass::private_use},
    {{198, 18, 0, 0}, 15, AddressClass::special_purpose},
    {{198, 51, 100, 0}, 24, AddressClass::special_purpose},
    {{203, 0, 113, 0}, 24, AddressClass::special_purpose},
    {{224, 0, 0, 0}, 4, AddressClass::multicast},
    {{240, 0, 0, 0}, 4, AddressClass::special_purpose},
}};

AddressClass class4(const std::uint8_t* bytes) noexcept {
  for (const auto& block : blocks4) {
    if (same_start(bytes, block.start.data(), block.prefix)) {
      return block.what;
    }
  }
  return AddressClass::global;
}

struct Block6 {
  std::array<std::uint8_t, 16> start;
  unsigned prefix;
  AddressClass what;
  int embedded;  ///< where an IPv4 address stands in it; -1: there is none
};

// IANA IPv6 Special-Purpose Address Registry (RFC 6890). The first that fits is it.
constexpr std::array<Block6, 17> blocks6{{
    {{}, 128, AddressClass::unspecified, -1},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, AddressClass::loopback, -1},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, AddressClass::global, 12},     // mapped
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, AddressClass::special_purpose, 12},  // translated (RFC 2765)
    {{}, 96, AddressClass::special_purpose, 12},                                    // compatible
    {{0, 0x64, 0xFF, 0x9B}, 96, AddressClass::global, 12},                          // NAT64 (RFC 6052)
    {{0, 0x64, 0xFF, 0x9B, 0, 1}, 48, AddressClass::special_purpose, -1},           // a network's own NAT64
    {{0x01, 0x00}, 64, AddressClass::special_purpose, -1},                          // discard-only
    {{0x20, 0x01, 0x0D, 0xB8}, 32, AddressClass::special_purpose, -1},              // documentation
    {{0x3F, 0xFF}, 20, AddressClass::special_purpose, -1},                          // documentation
    {{0x20, 0x01}, 23, AddressClass::special_purpose, -1},                          // Teredo, ORCHID …
    {{0x20, 0x02}, 16, AddressClass::global, 2},                                    // 6to4
    {{0x5F, 0x00}, 16, AddressClass::special_purpose, -1},                          // SRv6
    {{0xFC}, 7, AddressClass::private_use, -1},
    {{0xFE, 0x80}, 10, AddressClass::link_local, -1},
    {{0xFE, 0xC0}, 10, AddressClass::private_use, -1},  // site-local, which was given up
    {{0xFF}, 8, AddressClass::multicast, -1},
}};

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// As hosts are compared: in lower case, without the root's dot.
std::string plain_host(std::string_view text) {
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  std::string host(text);
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  return host;
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t longest = 253;
  if (text.empty() || text.size() > longest || text.front() == '.' || text.front() == '-') {
    return false;
  }
  bool has_letter = false;
  for (const char c : text) {
    const char low = to_lower(c);
    const bool letter = low >= 'a' && low <= 'z';
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_') {
      return false;
    }
    has_letter = has_letter || letter;
  }
  // What has only digits and dots is an address that was mistyped.
  return has_letter && text.find("..") == std::string_view::npos;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(const std::string& text) {
  in_addr four{};
  IpAddress address;
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return mapped(&four);
  }
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr* address, socklen_t size) noexcept {
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in four{};
    std::memcpy(&four, address, sizeof four);
    return mapped(&four.sin_addr);
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 six{};
    std::memcpy(&six, address, sizeof six);
    IpAddress ip;
    std::memcpy(ip.bytes.data(), &six.sin6_addr, ip.bytes.size());
    return ip;
  }
  return std::nullopt;
}

AddressClass address_class(const IpAddress& address) noexcept {
  for (const auto& block : blocks6) {
    if (!same_start(address.bytes.data(), block.start.data(), block.prefix)) {
      continue;
    }
    if (block.embedded < 0) {
      return block.what;
    }
    const auto inner = class4(address.bytes.data() + block.embedded);
    return inner != AddressClass::global ? inner : block.what;
  }
  // Nothing else than 2000::/3 has been given out.
  return (address.bytes[0] & 0xE0U) == 0x20U ? AddressClass::global : AddressClass::special_purpose;
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(std::string(text.substr(0, slash)));
  if (!address) {
    return std::nullopt;
  }
  const bool is_four = text.find(':') == std::string_view::npos;
  Network network{*address, 128};
  if (slash != std::string_view::npos) {
    const auto number = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), prefix);
    if (error != std::errc() || end != number.data() + number.size() || prefix > (is_four ? 32U : 128U)) {
      return std::nullopt;
    }
    network.prefix = prefix + (is_four ? mapped_bits : 0U);
  }
  for (unsigned bit = network.prefix; bit < 128; ++bit) {
    if ((network.address.bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0) {
      return std::nullopt;
    }
  }
  return network;
}

bool Network::has(const IpAddress& other) const noexcept {
  return same_start(address.bytes.data(), other.bytes.data(), prefix);
}

bool is_allow_entry(std::string_view text) {
  return Network::parse(text) || is_host_name(text);
}

AddressFilter::AddressFilter(bool only, std::span<const std::string> allow) : only_(only) {
  for (const auto& entry : allow) {
    if (const auto network = Network::parse(entry)) {
      networks_.push_back(*network);
    } else if (is_host_name(entry)) {
      hosts_.push_back(plain_host(entry));
    }
  }
}

bool AddressFilter::permits(std::string_view host, const IpAddress& address) const {
  return (!only_ && address_class(address) == AddressClass::global) ||
         std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& network) { return network.has(address); }) ||
         std::find(hosts_.begin(), hosts_.end(), plain_host(host)) != hosts_.end();
}

}  // namespace docket
