#include "base/hex.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Hex, EveryByteComesBack) {
  for (unsigned value = 0; value < 256; ++value) {
    std::array<char, 3> text{'#', '#', '#'};
    EXPECT_EQ(write_hex(text.data(), static_cast<std::uint8_t>(value)), text.data() + 2);
    EXPECT_EQ(text[2], '#');
    std::uint8_t byte = 0;
    EXPECT_TRUE(read_hex(text.data(), byte));
    EXPECT_EQ(byte, value);
  }
}

TEST(Hex, ReadsLowerCaseDigitsOnly) {
  const std::string_view digits = "0123456789abcdef";
  for (unsigned value = 0; value < 256; ++value) {
    const auto c = static_cast<char>(value);
    const bool good = digits.find(c) != std::string_view::npos;
    std::uint8_t byte = 0;
    const std::array<char, 2> first{c, '0'};
    const std::array<char, 2> second{'0', c};
    EXPECT_EQ(read_hex(first.data(), byte), good) << value;
    EXPECT_EQ(read_hex(second.data(), byte), good) << value;
  }
}

TEST(Hex, AppendsToWhatIsThere) {
  std::string text = "sha256:";
  append_hex(text, std::string_view("\x00\xFF\x5a", 3));
  EXPECT_EQ(text, "sha256:00ff5a");
  append_hex(text, "");
  EXPECT_EQ(text, "sha256:00ff5a");
}

}  // namespace
}  // namespace docket
