// The time of day as the records keep it.
#pragma once

#include <chrono>
#include <cstdint>

namespace docket {

/// Milliseconds since 1970-01-01 UTC.
inline std::int64_t unix_ms() noexcept {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace docket
