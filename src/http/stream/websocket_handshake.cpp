#include "http/stream/websocket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>

#include "http/field/text.h"
#include "http/field/tokens.h"

namespace docket::http {
namespace {

/// What every server appends to the key (RFC 6455, 1.3).
constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool has_item(std::string_view list, std::string_view word) {
  bool found = false;
  each_item(list, ",", [&](std::string_view item) {
    found = equal_ignoring_case(item, word);
    return !found;
  });
  return found;
}

/// Whether it is the base64 of 16 bytes (RFC 6455, 4.2.1).
bool is_key(std::string_view key) noexcept {
  constexpr std::size_t digits = 22;
  const auto is_base64 = [](char c) {
    const char l = to_lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return key.size() == digits + 2 && key.ends_with("==") && std::all_of(key.begin(), key.begin() + digits, is_base64);
}

/// The six bits of a character of base64url.
std::optional<std::uint32_t> base64url_value(char c) noexcept {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto at = alphabet.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<std::uint32_t>(at));
}

/// Nothing for what no encoder writes: other characters, a length that cannot be, bits behind the last byte.
std::optional<std::string> decode_base64url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned size = 0;  // of bits, in bits
  for (const char c : text) {
    const auto value = base64url_value(c);
    if (!value) {
      return std::nullopt;
    }
    bits = (bits << 6U) | *value;
    size += 6;
    if (size >= 8) {
      size -= 8;
      bytes += static_cast<char>(static_cast<unsigned char>(bits >> size));
      bits &= (1U << size) - 1U;
    }
  }
  return size < 6 && bits == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

/// Takes over what one of the offered protocols says, if it is one of ours.
Result<void> read_protocol(std::string_view offered, Handshake& handshake) {
  if (offered == websocket_protocol) {
    handshake.protocol = websocket_protocol;
  }
  if (!offered.starts_with(websocket_bearer)) {
    return {};
  }
  if (!handshake.token.empty()) {
    return fail(ErrorCode::bad_request, "Sec-WebSocket-Protocol has more than one token.");
  }
  const auto token = decode_base64url(offered.substr(websocket_bearer.size()));
  if (!token || token->empty()) {
    return fail(ErrorCode::bad_request,
                "The token in Sec-WebSocket-Protocol is malformed: docket.bearer. has to be followed by its base64url "
                "without padding.");
  }
  auto shown = shown_token({}, *token);
  if (!shown) {
    return pass_on(shown);
  }
  handshake.token = **shown;
  return {};
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  std::string text(key);
  text += accept_guid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  // Neither can fail: OpenSSL always has the digest, and the buffers are large enough.
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE / 3 * 4 + 5> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

Result<Handshake> read_handshake(const HandshakeFields& fields) {
  Handshake handshake;
  // Without its word in Connection, Upgrade was meant for somebody on the way (RFC 9110, 7.8).
  if (!has_item(fields.upgrade, "websocket") || !has_item(fields.connection, "upgrade")) {
    return handshake;
  }
  // First, since other versions have other fields.
  if (trim(fields.version) != websocket_version) {
    handshake.kind = Handshake::Kind::wrong_version;
    return handshake;
  }
  const auto key = trim(fields.key);
  if (!is_key(key)) {
    return fail(ErrorCode::bad_request, "Sec-WebSocket-Key has to be the base64 of 16 bytes.");
  }
  Result<void> read;
  for (const auto field : fields.protocols) {
    each_item(field, ",", [&](std::string_view offered) {
      read = read_protocol(offered, handshake);
      return read.has_value();
    });
    if (!read) {
      return pass_on(read);
    }
  }
  handshake.kind = Handshake::Kind::accepted;
  handshake.accept = websocket_accept(key);
  return handshake;
}

}  // namespace docket::http
