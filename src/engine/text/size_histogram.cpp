#include "engine/text/size_histogram.h"

#include <algorithm>
#include <cmath>

namespace docket::engine {
namespace {

constexpr float per_point = 4;

}  // namespace

void SizeHistogram::add(float size, std::uint64_t chars) noexcept {
  if (!(size > 0) || chars == 0) {
    return;
  }
  const auto bucket = std::lround(std::min(size, 128.0F) * per_point);
  counts_[static_cast<std::size_t>(bucket)] += chars;
  total_ += chars;
}

float SizeHistogram::mode() const noexcept {
  std::uint64_t best = 0;
  double best_mean = 0;
  for (std::size_t centre = 1; centre < buckets; ++centre) {
    if (counts_[centre] == 0) {
      continue;
    }
    const auto reach = static_cast<std::size_t>(std::lround(static_cast<double>(centre) * 0.04));
    std::uint64_t sum = 0;
    double weighted = 0;
    for (auto i = centre - reach; i <= std::min(centre + reach, buckets - 1); ++i) {
      sum += counts_[i];
      weighted += static_cast<double>(counts_[i]) * static_cast<double>(i);
    }
    if (sum > best) {
      best = sum;
      best_mean = weighted / static_cast<double>(sum);
    }
  }
  return static_cast<float>(best_mean) / per_point;
}

}  // namespace docket::engine
