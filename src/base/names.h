// Enumerations and the names of their values, in arrays in the order of the values' numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace docket {

/// The name of a value; "unknown" for one that is not there.
template <class Enum, std::size_t n>
constexpr std::string_view name_of(const std::array<std::string_view, n>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < n ? names[index] : std::string_view("unknown");
}

/// The value of a name; nothing for one that is not there.
template <class Enum, std::size_t n>
constexpr std::optional<Enum> value_of(const std::array<std::string_view, n>& names, std::string_view name) noexcept {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    return std::nullopt;
  }
  return static_cast<Enum>(found - names.begin());
}

}  // namespace docket
