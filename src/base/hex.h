// Bytes as lower-case hexadecimal text and back: ids, holders, checksums.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace docket {

namespace hex_detail {

/// Both digits of every byte, so that writing one is one look-up and one copy of two characters.
inline constexpr auto pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = {digits[i >> 4U], digits[i & 15U]};
  }
  return table;
}();

inline constexpr std::uint8_t none = 0xFF;

/// The value of each lower-case digit; `none` for every other character.
inline constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(none);
  for (std::uint8_t i = 0; i < 10; ++i) {
    table[static_cast<std::size_t>('0') + i] = i;
  }
  for (std::uint8_t i = 0; i < 6; ++i) {
    table[static_cast<std::size_t>('a') + i] = static_cast<std::uint8_t>(10 + i);
  }
  return table;
}();

}  // namespace hex_detail

/// Writes `byte` as two digits to `out`; returns where the next character goes.
constexpr char* write_hex(char* out, std::uint8_t byte) noexcept {
  const auto& pair = hex_detail::pairs[byte];
  *out++ = pair[0];
  *out++ = pair[1];
  return out;
}

/// Reads two digits at `text` into `byte`; false if one of them is not a lower-case hexadecimal digit.
constexpr bool read_hex(const char* text, std::uint8_t& byte) noexcept {
  const auto high = hex_detail::values[static_cast<unsigned char>(text[0])];
  const auto low = hex_detail::values[static_cast<unsigned char>(text[1])];
  byte = static_cast<std::uint8_t>((high << 4U) | low);
  return high != hex_detail::none && low != hex_detail::none;
}

/// Appends every byte of `bytes` as two digits.
inline void append_hex(std::string& out, std::string_view bytes) {
  const auto at = out.size();
  out.resize(at + 2 * bytes.size());
  char* end = out.data() + at;
  for (const char c : bytes) {
    end = write_hex(end, static_cast<std::uint8_t>(c));
  }
}

}  // namespace docket
