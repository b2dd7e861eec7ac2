// Spans of time as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::ctl {

/// Reads "90", "90s", "15m", "12h", "7d", "2w", and several of these in a row ("1d12h"), as nginx does; a number alone
/// is seconds. Returns milliseconds; nothing for any other text, and beyond a thousand years.
std::optional<std::int64_t> milliseconds_of(std::string_view text) noexcept;

/// "3 d 4 h", "2 min 5 s", "12 s": the two largest units.
std::string span_text(std::int64_t milliseconds);

}  // namespace docket::ctl
