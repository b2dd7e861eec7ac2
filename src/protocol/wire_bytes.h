// What the protocol's messages are read and written with, besides base/bytes.h. For src/protocol only.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"
#include "base/error.h"

namespace docket::wire {

inline tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::bad_record, "malformed " + std::string(what));
}

inline bool whole(const ByteReader& in) {
  return in.ok() && in.at_end();
}

template <class Enum>
constexpr auto number(Enum value) {
  return static_cast<std::underlying_type_t<Enum>>(value);
}

template <class Enum>
bool within(Enum value, Enum last) {
  return number(value) <= number(last);
}

/// A number of elements of at least `least` bytes each that can still follow; spoils the decoding otherwise.
inline std::uint32_t get_count(ByteReader& in, std::size_t least, bool& good) {
  const auto count = in.get<std::uint32_t>();
  if (count > in.remaining() / least) {
    good = false;
    return 0;
  }
  return count;
}

inline bool get_flag(ByteReader& in, bool& good) {
  const auto value = in.get<std::uint8_t>();
  good = good && value <= 1;
  return value == 1;
}

inline void put_flag(ByteWriter& out, bool flag) {
  out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
}

}  // namespace docket::wire
