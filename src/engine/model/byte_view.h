// Reading the bytes of an untrusted file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace docket::engine {

/// Bytes that it does not own. What lies beyond their end is read as zeros, and parts are cut at it: a header can be
/// read without a check before each field, while a loop has to check size().
class ByteView {
 public:
  ByteView() = default;
  ByteView(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}  // NOLINT(google-explicit-constructor)
  explicit ByteView(std::string_view bytes) noexcept
      : bytes_(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) {}

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  [[nodiscard]] std::uint8_t at(std::size_t offset) const noexcept {
    return offset < bytes_.size() ? bytes_[offset] : std::uint8_t{0};
  }
  /// Numbers of `size` bytes (1 to 4), the lowest or the highest byte first.
  [[nodiscard]] std::uint32_t little(std::size_t offset, std::size_t size) const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
      value = value << 8U | at(offset + i - 1);
    }
    return value;
  }
  [[nodiscard]] std::uint32_t big(std::size_t offset, std::size_t size) const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8U | at(offset + i);
    }
    return value;
  }

  [[nodiscard]] ByteView part(std::size_t offset, std::size_t length = SIZE_MAX) const noexcept {
    const auto from = std::min(offset, bytes_.size());
    return bytes_.subspan(from, std::min(length, bytes_.size() - from));
  }
  [[nodiscard]] bool has(std::size_t offset, std::string_view text) const noexcept {
    return part(offset, text.size()).text() == text;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace docket::engine
