// What is expected of every decoder of stored records.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace docket {

/// Every shorter version of `bytes` and every longer one is refused.
template <class Decode>
void expect_exact_length(const std::string& bytes, Decode decode) {
  ASSERT_TRUE(decode(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of just that size, so that the address sanitizer sees a read past it.
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto decoded = decode(std::string_view(cut.data(), cut.size()));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
  }
  EXPECT_FALSE(decode(bytes + '\0'));
}

/// Another version in the first two bytes is refused.
template <class Decode>
void expect_this_version_only(std::string bytes, Decode decode) {
  for (const auto version : std::array<std::uint16_t, 4>{0, 8, 0x0102, 0xFFFF}) {
    std::memcpy(bytes.data(), &version, sizeof version);
    const auto decoded = decode(bytes);
    ASSERT_FALSE(decoded) << version;
    EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
  }
}

/// Decodes `bytes` with changes at random places; whatever comes out, nothing is read that is not there.
template <class Decode>
void expect_no_harm_from_damage(const std::string& bytes, Decode decode) {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<char> damaged(bytes.begin(), bytes.end());
    const auto changes = 1 + random() % 4;
    for (std::uint32_t c = 0; c < changes; ++c) {
      auto& at = damaged[random() % damaged.size()];
      at = random() % 2 == 0 ? static_cast<char>(random()) : static_cast<char>(0xFF);
    }
    decode(std::string_view(damaged.data(), damaged.size()));
  }
}

}  // namespace docket
