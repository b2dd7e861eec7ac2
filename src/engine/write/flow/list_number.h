// Markers of lists that HTML and Markdown can say themselves.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace docket::engine {

/// The number of a marker such as "3." or "3)", of up to nine digits as CommonMark takes them; nothing for any other.
inline std::optional<std::uint32_t> list_number(std::string_view marker) noexcept {
  const auto digits = marker.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits + 1 != marker.size() || digits > 9 ||
      (marker[digits] != '.' && marker[digits] != ')')) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  std::from_chars(marker.data(), marker.data() + digits, number);
  return number;
}

}  // namespace docket::engine
