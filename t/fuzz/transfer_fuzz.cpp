// TransferDecoder: however the data are cut into pieces, they decode to the same.
//
// Input: 'b' for base64 or 'q' for quoted-printable, then the sizes of the pieces (see cuts()), a line end, the data.
#include <string>

#include "fuzz.h"
#include "http/form/transfer_decoder.h"

namespace {

using docket::Result;
using docket::http::TransferDecoder;
using docket::http::TransferEncoding;

struct Decoded {
  std::string text;
  Result<void> done;
};

Decoded decode(TransferEncoding encoding, std::string_view data, const std::vector<std::size_t>& cuts) {
  Decoded decoded;
  const auto sink = [&decoded](std::string_view bytes) {
    docket::fuzz::expect(!bytes.empty(), "no empty pieces");
    decoded.text += bytes;
    return Result<void>();
  };
  TransferDecoder decoder;
  decoder.begin(encoding);
  std::size_t at = 0;
  for (std::size_t i = 0; i <= cuts.size() && decoded.done; ++i) {
    const auto end = i < cuts.size() ? cuts[i] : data.size();
    // A copy, so that reading past a piece is an error that shows.
    const std::string piece(data.substr(at, end - at));
    decoded.done = decoder.feed(piece, sink);
    at = end;
  }
  if (decoded.done) {
    decoded.done = decoder.finish(sink);
  }
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = docket::fuzz::input(data, size);
  auto sizes = docket::fuzz::take_line(rest);
  if (!sizes.starts_with('b') && !sizes.starts_with('q')) {
    return -1;
  }
  const auto encoding = sizes.front() == 'b' ? TransferEncoding::base64 : TransferEncoding::quoted_printable;
  sizes.remove_prefix(1);
  const auto whole = decode(encoding, rest, {});
  const auto cut = decode(encoding, rest, docket::fuzz::cuts(sizes, rest.size()));
  docket::fuzz::expect(whole.done.has_value() == cut.done.has_value(), "the same end");
  docket::fuzz::expect(whole.done || whole.done.error() == cut.done.error(), "the same error");
  docket::fuzz::expect(!whole.done || whole.text == cut.text, "the same data");
  docket::fuzz::expect(whole.text.size() <= rest.size(), "no more than was given");
  return 0;
}
