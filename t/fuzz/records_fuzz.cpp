// The codec of stored records: what decodes, encodes to something that decodes to the same.
//
// Input: 'j', 'u', 'p', 'o', 'c' or 'd' for a JobRecord, Unit, PageRecord, Outputs, Callback or Delivery, then the
// bytes.
#include "fuzz.h"
#include "job/codec/codec.h"
#include "job/delivery.h"

namespace {

template <class Record>
int check(const docket::Result<Record>& record, docket::Result<Record> (*decode)(std::string_view)) {
  if (!record) {
    docket::fuzz::expect(record.error().code == docket::ErrorCode::bad_record, "errors are bad_record");
    return 0;
  }
  const auto back = decode(docket::encode(*record));
  docket::fuzz::expect(back.has_value() && *back == *record, "the same record comes back");
  return 0;
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
    case 'j':
      return check(docket::decode_job(bytes), docket::decode_job);
    case 'u':
      return check(docket::decode_unit(bytes), docket::decode_unit);
    case 'p':
      return check(docket::decode_page(bytes), docket::decode_page);
    case 'o':
      return check(docket::decode_outputs(bytes), docket::decode_outputs);
    case 'c':
      return check(docket::decode_callback(bytes), docket::decode_callback);
    case 'd':
      return check(docket::decode_delivery(bytes), docket::decode_delivery);
    default:
      return -1;
  }
}
