// Where callbacks may go: told by the address that is connected, not by the name that was asked for.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// An address of IPv6, or of IPv4 in its mapped form (RFC 4291, 2.5.5.2).
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  /// Nothing for any other text than an address in its usual notation (inet_pton).
  static std::optional<IpAddress> parse(const std::string& text);
  /// Nothing for another family.
  static std::optional<IpAddress> of(const sockaddr* address, socklen_t size) noexcept;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// What an address is for.
enum class AddressClass : std::uint8_t {
  global,          ///< reachable for everybody
  unspecified,     ///< 0.0.0.0/8, ::
  loopback,        ///< 127.0.0.0/8, ::1
  private_use,     ///< RFC 1918, fc00::/7, fec0::/10
  link_local,      ///< 169.254.0.0/16, fe80::/10
  shared,          ///< 100.64.0.0/10, of carrier-grade NAT
  multicast,       ///< 224.0.0.0/4, ff00::/8
  special_purpose  ///< everything else of IANA's registries that is not global
};

/// Of IPv4 within IPv6 (mapped, compatible, NAT64, 6to4) it is the class of the IPv4 address, unless that is global.
AddressClass address_class(const IpAddress& address) noexcept;

/// A network such as 10.0.0.0/8 or fd00::/8; a lone address is a network of one.
struct Network {
  IpAddress address;
  unsigned prefix = 128;  ///< bits, of the mapped form where it is IPv4

  /// Nothing for a text that is no network, or has bits set behind its prefix.
  static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool has(const IpAddress& address) const noexcept;
};

/// Whether `text` can stand in docket_callback_allow: a network, or a host's name.
bool is_allow_entry(std::string_view text);

/// What docket_callback_allow says. Made for one delivery; used on its thread.
class AddressFilter {
 public:
  /// `only`: nothing but what stands in `allow`. Entries that are neither network nor name allow nothing.
  AddressFilter(bool only, std::span<const std::string> allow);

  /// Whether a connection to `address`, which `host` resolved to, may be made.
  [[nodiscard]] bool permits(std::string_view host, const IpAddress& address) const;

 private:
  bool only_;
  std::vector<Network> networks_;
  std::vector<std::string> hosts_;
};

}  // namespace docket
