// The protocol with docket-engine: a decoder takes nothing but what its encoder makes.
//
// Input: 'h', 'j', 'r', 'c' or 'e' for Hello, job message, UnitRequest, child's packet or Ended, then the bytes.
#include "fuzz.h"
#include "protocol/wire.h"

namespace {

using namespace docket::wire;
using docket::fuzz::expect;

std::string encode(const std::vector<ChildMessage>& messages) {
  std::string bytes;
  for (const auto& message : messages) {
    bytes += encode(message);
  }
  return bytes;
}

/// What was decoded, as encode() has it, is what it was decoded from.
template <class Message>
int check(const docket::Result<Message>& message, std::string_view bytes) {
  if (message) {
    expect(encode(*message) == bytes, "only what encode() makes is decoded");
  } else {
    expect(message.error().code == docket::ErrorCode::bad_record, "errors are bad_record");
  }
  return 0;
}

int check_request(std::string_view bytes) {
  const auto request = decode_request(bytes);
  const auto head = decode_request_head(bytes.substr(0, max_head));
  if (request) {
    expect(head.has_value(), "the server can read the head of what the child can read");
    expect(head->kind == request->kind && head->ocr == request->options.ocr &&
               head->languages == request->options.languages && head->limits == request->limits,
           "both read the same head");
  }
  return check(request, bytes);
}

/// Of another version's greeting only the front is read.
int check_hello(std::string_view bytes) {
  const auto hello = decode_hello(bytes);
  if (hello && hello->protocol != protocol_version) {
    expect(hello->error.empty() && hello->sandbox.empty(), "nothing is read that may be laid out in another way");
    return 0;
  }
  return check(hello, bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = docket::fuzz::input(data, size);
  if (bytes.empty()) {
    return -1;
  }
  const char kind = bytes.front();
  bytes.remove_prefix(1);
  switch (kind) {
    case 'h':
      return check_hello(bytes);
    case 'j':
      return check(decode_job_message(bytes), bytes);
    case 'r':
      return check_request(bytes);
    case 'c':
      return check(unpack(bytes), bytes);
    case 'e':
      return check(decode_ended(bytes), bytes);
    default:
      return -1;
  }
}
