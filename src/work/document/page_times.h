// How long pages take, as far as this process has seen.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace docket {

/// Averages in which what was seen last counts most. One a worker; safe on any thread.
class PageTimes {
 public:
  /// A range of so many pages took so long. A scanned page is a range of its own (engine/plan.h), and those of text are
  /// several, so that a range of one page is taken for a scan.
  void add(std::uint32_t pages, std::chrono::milliseconds took) noexcept {
    auto& average = pages == 1 ? scan_us_ : text_us_;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count() / pages;
    const auto before = average.load();
    average = before + (us - before) / weight;  // of two at once one may be lost
  }

  [[nodiscard]] std::chrono::microseconds of_text() const noexcept { return std::chrono::microseconds(text_us_); }
  [[nodiscard]] std::chrono::microseconds of_scan() const noexcept { return std::chrono::microseconds(scan_us_); }

 private:
  static constexpr std::int64_t weight = 8;

  // Before anything was seen: what they take on a usual server.
  std::atomic<std::int64_t> text_us_{20'000};
  std::atomic<std::int64_t> scan_us_{3'000'000};
};

}  // namespace docket
