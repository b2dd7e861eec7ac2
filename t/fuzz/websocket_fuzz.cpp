// WebSocket: however the bytes are cut into pieces, they come to the same; what comes out is well-formed and bounded.
// The handshake: whatever the fields are, they are read or refused.
//
// Input: "frames", then in the same line the sizes of the pieces (see cuts()), a line end, the client's bytes; or
// "masked" with the same, in whose frames the masks are put by us: each frame is its first byte, its length as one
// byte, and its payload. Or "handshake" and a line each for version and key, then lines of protocols.
#include <string>

#include "base/utf8.h"
#include "fuzz.h"
#include "http/stream/websocket_client.h"
#include "http/stream/websocket_handshake.h"

namespace {

using namespace docket::http;
using docket::fuzz::expect;
using docket::fuzz::take_line;

constexpr std::size_t max_pending = 300;
constexpr std::size_t longest_close = 127;

/// The frames of a server: none is masked, fragmented or reserved, and nothing is behind a close.
void check_output(std::string_view output) {
  while (!output.empty()) {
    const auto first = static_cast<unsigned char>(output[0]);
    expect(output.size() >= 2 && (first == 0x8A || first == 0x88), "only pongs and closes without being asked");
    const auto size = static_cast<unsigned char>(output[1]);
    expect(size < 126 && output.size() >= size + 2U, "a whole control frame, not masked");
    expect(first == 0x8A || output.size() == size + 2U, "nothing behind a close");
    output.remove_prefix(size + 2U);
  }
}

void try_frames(std::string_view sizes, std::string_view bytes) {
  const auto whole = test::hear(bytes, {}, max_pending);
  expect(whole == test::hear(bytes, docket::fuzz::cuts(sizes, bytes.size()), max_pending), "the same for every cut");
  for (const auto& text : whole.texts) {
    expect(text.size() <= WebSocket::max_message && docket::is_valid_utf8(text), "a text of UTF-8 within the limit");
  }
  expect(whole.output.size() <= max_pending + longest_close, "the output is bounded");
  expect(whole.closed == (whole.code != 0), "it is closed for a reason");
  check_output(whole.output);
}

std::string masked(std::string_view rest) {
  std::string bytes;
  while (rest.size() >= 2) {
    const auto first = static_cast<unsigned char>(rest[0]);
    const auto size = static_cast<unsigned char>(rest[1]);
    bytes += test::frame(first, rest.substr(2, size));
    rest.remove_prefix(std::min<std::size_t>(rest.size(), size + 2U));
  }
  return bytes;
}

void try_handshake(std::string_view rest) {
  HandshakeFields fields{"websocket", "Upgrade", {}, {}, {}};
  fields.version = take_line(rest);
  fields.key = take_line(rest);
  std::vector<std::string_view> protocols;
  while (!rest.empty()) {
    protocols.push_back(take_line(rest));
  }
  fields.protocols = protocols;
  const auto handshake = read_handshake(fields);
  if (!handshake) {
    expect(!handshake.error().detail.empty(), "a reason");
  } else {
    expect(handshake->kind != Handshake::Kind::none, "it is an upgrade");
    expect(handshake->kind != Handshake::Kind::accepted || handshake->accept.size() == 28, "the base64 of a SHA-1");
    expect(handshake->token.find_first_of("\r\n ") == std::string::npos, "a token is one word");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = docket::fuzz::input(data, size);
  auto line = take_line(rest);
  constexpr std::string_view frames = "frames";
  constexpr std::string_view with_masks = "masked";
  if (line.starts_with(frames)) {
    try_frames(line.substr(frames.size()), rest);
  } else if (line.starts_with(with_masks)) {
    try_frames(line.substr(with_masks.size()), masked(rest));
  } else if (line == "handshake") {
    try_handshake(rest);
  } else {
    return -1;
  }
  return 0;
}
