// A job in the hands of job/progress, with short words for what happens to it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "job/progress/progress.h"

namespace docket {

class ProgressTest : public testing::Test {
 protected:
  static constexpr std::int64_t accepted_ms = 1000;

  /// Accepts a job of `files` files; units has its probes.
  void accept(std::size_t files) {
    record.id = JobId::make(accepted_ms);
    record.pool = 1;
    record.priority = 7;
    record.limits.max_pages = 50;
    record.limits.attempts = 2;
    status.files.resize(files);
    units = begin_job(record, status, now());
  }

  /// Accepts a job of one file, claims its probe, and lets that tell `ranges`; units has the ranges.
  void accept_with_ranges(std::uint32_t total, std::vector<PageRange> ranges) {
    accept(1);
    auto probe = units.at(0);
    claim(probe);
    units = end(probe, ended::Probed{total, std::move(ranges)}).new_units;
  }

  std::int64_t now() { return now_ms += 10; }

  void claim(const Unit& unit) { ASSERT_TRUE(begin_unit(status, unit, now())); }

  FollowUp end(Unit& unit, const UnitEnd& how) {
    auto follow_up = end_unit(record, status, unit, how, now());
    EXPECT_TRUE(follow_up) << follow_up.error().detail;
    return follow_up.value_or(FollowUp{});
  }

  static PageRecord page(const Unit& unit, std::uint32_t number) {
    return {.file = unit.file, .page = number, .error = ErrorCode::none, .error_detail = "", .outputs = {}};
  }

  static PageRecord bad_page(const Unit& unit, std::uint32_t number, ErrorCode code, std::string detail = "bad") {
    return {.file = unit.file, .page = number, .error = code, .error_detail = std::move(detail), .outputs = {}};
  }

  /// Records the pages first … last of `unit` as done.
  void do_pages(Unit& unit, std::uint32_t first, std::uint32_t last) {
    std::vector<PageRecord> pages;
    for (auto number = first; number <= last; ++number) {
      pages.push_back(page(unit, number));
    }
    const auto recorded = record_pages(record, status, unit, pages, now());
    ASSERT_TRUE(recorded) << recorded.error().detail;
  }

  void fail_page(Unit& unit, std::uint32_t number, ErrorCode code, std::string detail = "bad") {
    const std::vector<PageRecord> pages{bad_page(unit, number, code, std::move(detail))};
    const auto recorded = record_pages(record, status, unit, pages, now());
    ASSERT_TRUE(recorded) << recorded.error().detail;
  }

  /// How long the unit waits, in seconds.
  [[nodiscard]] std::uint32_t pause(const Unit& unit) const {
    return unit.not_before_s == 0 ? 0 : unit.not_before_s - static_cast<std::uint32_t>((now_ms + 999) / 1000);
  }

  JobRecord record;
  Status status;
  std::vector<Unit> units;
  std::int64_t now_ms = accepted_ms - 10;
};

}  // namespace docket
