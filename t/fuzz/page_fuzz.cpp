// The codec of pages: what decodes, encodes to something that decodes to the same.
//
// Input: the bytes of a page.
#include "engine/model/page_codec.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = docket::engine::decode_page(docket::fuzz::input(data, size));
  if (page) {
    const auto back = docket::engine::decode_page(docket::engine::encode_page(*page));
    docket::fuzz::expect(back.has_value() && *back == *page, "the same page comes back");
  } else {
    docket::fuzz::expect(page.error().code == docket::ErrorCode::bad_record, "errors are bad_record");
  }
  return 0;
}
