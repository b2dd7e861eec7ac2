// The other side of a WebSocket, for tests: masked frames as clients send them, and what a WebSocket made of them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/stream/websocket.h"

namespace docket::http::test {

/// The first byte of a frame is its opcode and these bits.
inline constexpr unsigned fin = 0x80;
inline constexpr unsigned continuation = 0, text_frame = 1, binary = 2, close_frame = 8, ping = 9, pong = 10;

/// Appends the length in the shortest form, or in that of `bytes` (2 or 8).
inline void append_length(std::string& out, unsigned mask_bit, std::uint64_t size, unsigned bytes = 0) {
  if (bytes == 0) {
    bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  }
  out += static_cast<char>(mask_bit | (bytes == 0 ? size : bytes == 2 ? 126U : 127U));
  for (unsigned i = bytes; i-- > 0;) {
    out += static_cast<char>((size >> (8U * i)) & 0xFFU);
  }
}

/// A frame of a client.
inline std::string frame(unsigned first, std::string_view payload, unsigned length_bytes = 0) {
  constexpr std::array<char, 4> mask = {'\x37', '\xFA', '\x21', '\x3D'};
  std::string out(1, static_cast<char>(first));
  append_length(out, 0x80, payload.size(), length_bytes);
  out.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  }
  return out;
}

inline std::string text(std::string_view payload) {
  return frame(fin | text_frame, payload);
}

/// The payload of a close frame.
inline std::string close_payload(unsigned code, std::string_view reason = {}) {
  std::string out = {static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
  return out.append(reason);
}

/// A frame of the server's: not masked.
inline std::string answer(unsigned opcode, std::string_view payload) {
  std::string out(1, static_cast<char>(fin | opcode));
  append_length(out, 0, payload.size());
  return out.append(payload);
}

inline std::string close_answer(unsigned code, std::string_view reason = {}) {
  return answer(close_frame, close_payload(code, reason));
}

/// What a stream of bytes came to.
struct Heard {
  std::vector<std::string> texts;
  std::string output;
  unsigned code = 0;
  bool closed = false;

  friend bool operator==(const Heard&, const Heard&) = default;
};

/// Feeds `bytes` in the pieces that end at `cuts`; sends nothing by itself.
inline Heard hear(std::string_view bytes, const std::vector<std::size_t>& cuts = {}, std::size_t max_pending = 65536) {
  WebSocket socket(max_pending);
  Heard heard;
  std::size_t at = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const auto end = i < cuts.size() ? cuts[i] : bytes.size();
    // A copy, so that reading past a piece is an error that shows.
    const std::string piece(bytes.substr(at, end - at));
    socket.feed(piece, [&heard](std::string_view message) { heard.texts.emplace_back(message); });
    at = end;
  }
  heard.output = socket.pending();
  heard.code = socket.close_code();
  heard.closed = socket.is_closed();
  return heard;
}

}  // namespace docket::http::test
