// How many characters of a page or document are set in which font size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace docket::engine {

/// Sizes in quarter points up to 128; larger ones count as 128. A plain value of 4 KB.
class SizeHistogram {
 public:
  /// Counts `chars` characters of `size` points.
  void add(float size, std::uint64_t chars) noexcept;

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

  /// The most frequent size: the mean of the fullest window of ±4 %, so that the noise of recognised sizes is
  /// smoothed. 0 if nothing was counted.
  [[nodiscard]] float mode() const noexcept;

 private:
  static constexpr std::size_t buckets = 513;
  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace docket::engine
