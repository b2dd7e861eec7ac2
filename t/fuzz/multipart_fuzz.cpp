// MultipartParser and all below it: however a body is cut into pieces, it comes to the same.
//
// Input: the boundary, a line end, the sizes of the pieces (see cuts()), a line end, the body.
#include "fuzz.h"
#include "http/field/content_type.h"
#include "http/form/multipart_recorder.h"

namespace {

using docket::http::test::Outcome;

/// Small, so that inputs reach them.
constexpr docket::http::MultipartLimits limits{
    .max_header_bytes = 256, .max_headers = 4, .max_parts = 8, .max_preamble = 128};

void same(const Outcome& whole, const Outcome& cut) {
  docket::fuzz::expect(whole.error == cut.error, "the same error");
  docket::fuzz::expect(whole.parts.size() == cut.parts.size(), "the same number of parts");
  for (std::size_t i = 0; i < whole.parts.size(); ++i) {
    docket::fuzz::expect(whole.parts[i].head == cut.parts[i].head, "the same heads");
    docket::fuzz::expect(whole.parts[i].ended == cut.parts[i].ended, "the same parts ended");
    // Of the part in which an error came, how much was handed out before depends on the pieces.
    docket::fuzz::expect(!whole.parts[i].ended || whole.parts[i] == cut.parts[i], "the same data");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto body = docket::fuzz::input(data, size);
  const std::string boundary(docket::fuzz::take_line(body));
  if (boundary.empty() || boundary.size() > docket::http::max_boundary || boundary.find('\r') != std::string::npos) {
    return -1;  // never given to a parser
  }
  const auto sizes = docket::fuzz::take_line(body);
  const auto whole = docket::http::test::run(body, boundary, {}, limits);
  docket::fuzz::expect(!whole.error || whole.error->code == docket::ErrorCode::bad_multipart,
                       "the calls come in their order, and errors are bad_multipart");
  docket::fuzz::expect(whole.parts.size() <= limits.max_parts, "no more parts than allowed");
  same(whole, docket::http::test::run(body, boundary, docket::fuzz::cuts(sizes, body.size()), limits));
  same(whole, docket::http::test::run(body, boundary, docket::http::test::every_byte(body), limits));
  return 0;
}
