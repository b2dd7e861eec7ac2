// How a connection becomes a WebSocket (RFC 6455, 4.2): what a client's request has to say, and what it is answered.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket::http {

/// The version of the protocol, as it stands in Sec-WebSocket-Version of requests and of the 426.
inline constexpr std::string_view websocket_version = "13";

/// The subprotocol that we speak, and what stands before a token in the name of one (browsers let no page set
/// Authorization on a WebSocket).
inline constexpr std::string_view websocket_protocol = "docket";
inline constexpr std::string_view websocket_bearer = "docket.bearer.";

/// The header fields of a GET that concern the upgrade; empty: not there.
struct HandshakeFields {
  std::string_view upgrade{};
  std::string_view connection{};
  std::string_view key{};                         ///< Sec-WebSocket-Key
  std::string_view version{};                     ///< Sec-WebSocket-Version
  std::span<const std::string_view> protocols{};  ///< every field Sec-WebSocket-Protocol
};

/// What the fields ask for.
struct Handshake {
  enum class Kind : std::uint8_t {
    none,           ///< no upgrade to WebSocket: a request like any other
    accepted,       ///< 101, with what stands below
    wrong_version,  ///< 426 with Sec-WebSocket-Version: websocket_version
  };

  Kind kind = Kind::none;
  std::string accept;         ///< Sec-WebSocket-Accept
  std::string_view protocol;  ///< Sec-WebSocket-Protocol: websocket_protocol if it was offered; empty: no such field
  std::string token;          ///< of docket.bearer.TOKEN, decoded; empty: none was shown

  friend bool operator==(const Handshake&, const Handshake&) = default;
};

/// bad_request for an upgrade that cannot be: a malformed key, a token that is not base64url (RFC 4648, 5, without
/// padding), more than one token. unauthorized for text that can be no token (see shown_token()). Whether the origin
/// may do it and who the token is are the caller's to find out.
Result<Handshake> read_handshake(const HandshakeFields& fields);

/// Sec-WebSocket-Accept for a key (RFC 6455, 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace docket::http
