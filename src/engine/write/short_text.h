// Numbers and boxes as the writers write them.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/model/document.h"

namespace docket::engine {

/// A short text put together without allocation: the numbers of a word or line, of which a page has thousands.
class ShortText {
 public:
  void add(std::string_view text) noexcept {
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  /// Adds a coordinate in points with at most two decimals; at most 11 bytes.
  void add(float value) noexcept {
    if (!std::isfinite(value)) {
      value = 0;
    }
    const auto scaled = std::clamp(value, -1e6F, 1e6F) * 100.0F;
    auto hundredths = static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5F : 0.5F));
    if (hundredths < 0) {
      bytes_[size_++] = '-';
      hundredths = -hundredths;
    }
    add(hundredths / 100);
    const auto fraction = hundredths % 100;
    if (fraction != 0) {
      bytes_[size_++] = '.';
      bytes_[size_++] = static_cast<char>('0' + fraction / 10);
      if (fraction % 10 != 0) {
        bytes_[size_++] = static_cast<char>('0' + fraction % 10);
      }
    }
  }

  void add(std::int32_t value) noexcept {
    size_ = static_cast<std::size_t>(std::to_chars(bytes_.data() + size_, bytes_.data() + bytes_.size(), value).ptr -
                                     bytes_.data());
  }

  void add(const Box& box) noexcept {
    add("\"box\":[");
    add(box, ",");
    add("]");
  }

  /// Its four coordinates with `between` (a byte) between two.
  void add(const Box& box, std::string_view between) noexcept {
    add(box.x0);
    add(between);
    add(box.y0);
    add(between);
    add(box.x1);
    add(between);
    add(box.y1);
  }

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, 192> bytes_;  // a box, a coordinate, three integers and the words between are below 180
  std::size_t size_ = 0;
};

}  // namespace docket::engine
