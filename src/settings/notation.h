// Numbers, sizes and times as nginx's directives have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace docket::settings {

/// Decimal digits; nothing for anything else and what is too large for 63 bits, as in the functions below.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// Bytes, or with a unit behind: k, m, g.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

inline constexpr std::uint64_t ms_per_second = 1000;

enum class TimeUnit : std::uint8_t { seconds, milliseconds };

/// A time such as "1h 30m", in `unit`; a number alone is seconds. Units are y, M (365 and 30 days; not in
/// milliseconds), w, d, h, m, s, ms (not in seconds), each at most once and in this order, as in nginx's
/// ngx_parse_time().
std::optional<std::uint64_t> parse_time(std::string_view text, TimeUnit unit) noexcept;

}  // namespace docket::settings
