#include "job/progress/page_progress.h"

#include <utility>

#include "base/plural.h"
#include "base/utf8.h"
#include "job/progress/unit_end.h"

namespace docket {
namespace {

/// The error of the first of a file's pages that failed, as far as warnings are kept; else `otherwise`.
Error first_page_error(const Status& status, std::uint16_t file, const Error& otherwise) {
  const Warning* first = nullptr;
  for (const auto& warning : status.warnings) {
    if (warning.file == file && warning.page != 0 && (first == nullptr || warning.page < first->page)) {
      first = &warning;
    }
  }
  return first != nullptr ? Error{first->code, first->detail} : otherwise;
}

}  // namespace

Result<void> check_unit(const Status& status, const Unit& unit) {
  if (is_final(status.head.state)) {
    return fail(ErrorCode::illegal_change, "the job is " + std::string(to_string(status.head.state)));
  }
  if (is_of_file(unit) && unit.file >= status.files.size()) {
    return fail(ErrorCode::illegal_change, "the unit's file is not one of the job's");
  }
  return {};
}

void fail_whole(Status& status, const Error& error, std::int64_t now_ms) {
  if (!change_state(status, State::failed, now_ms)) {
    return;
  }
  status.head.units_left = 0;
  status.head.error = error.code;
  status.detail = bounded_detail(error.detail);
  for (auto& file : status.files) {
    if (!is_final(file.state)) {
      fail_file_with(file, error);
    }
  }
}

Error with_code(Error error, ErrorCode otherwise) {
  if (error.code == ErrorCode::none) {
    error.code = otherwise;
  }
  return error;
}

Error given_up_after(const Error& error, std::uint32_t tries) {
  return {error.code,
          error.detail + " (given up after " + (tries == 1 ? "1 try" : std::to_string(tries) + " tries") + ")"};
}

std::uint32_t set_back(Unit& unit, std::uint32_t free) noexcept {
  ++unit.setbacks;
  return pause_after(unit.setbacks - std::min(unit.setbacks, free));
}

void begin_next_try(Unit& unit, std::uint32_t pause_s, std::int64_t now_ms) noexcept {
  constexpr std::int64_t second = 1000;
  const auto now_s = static_cast<std::uint64_t>(std::max<std::int64_t>((now_ms + second - 1) / second, 0));
  ++unit.attempt;
  unit.not_before_s = pause_s == 0 ? 0 : saturated(now_s + pause_s);
}

std::string_view bounded_detail(std::string_view detail) noexcept {
  return cut_utf8(detail, max_kept_detail);
}

void warn(Status& status, std::uint16_t file, std::uint32_t page, const Error& error) {
  ++status.head.warning_count;
  if (status.warnings.size() < max_warnings) {
    status.warnings.push_back(
        {.file = file, .page = page, .code = error.code, .detail = std::string(bounded_detail(error.detail))});
  }
}

void fail_file_with(FileStatus& file, const Error& error) {
  file.state = State::failed;
  file.error = error.code;
  file.error_detail = bounded_detail(error.detail);
}

void settle_file(Status& status, std::uint16_t index, const Error& last) {
  auto& file = status.files[index];
  if (is_final(file.state) || file.total_pages == 0 || file.processed_pages < file.total_pages) {
    return;
  }
  if (file.failed_pages < file.processed_pages) {
    file.state = State::completed;
  } else {
    fail_file_with(file, first_page_error(status, index, last));
  }
}

Error first_error(const Status& status) {
  for (const auto& file : status.files) {
    if (file.state == State::failed && file.error != ErrorCode::none) {
      return {file.error, file.error_detail};
    }
  }
  if (!status.warnings.empty()) {
    return {status.warnings.front().code, status.warnings.front().detail};
  }
  return {ErrorCode::no_pages, "there is no page in what was uploaded"};
}

void set_total(Status& status, std::uint16_t index, std::uint32_t total_pages) {
  status.files[index].total_pages = total_pages;
  std::uint64_t sum = 0;
  for (const auto& file : status.files) {
    sum += file.total_pages;
  }
  status.head.total_pages = saturated(sum);
}

bool are_next_pages(const Status& status, const Unit& unit, std::span<const PageRecord> pages) {
  if (!is_of_file(unit) || unit.file >= status.files.size() || unit.kind == UnitKind::run) {
    return pages.empty();
  }
  const auto total = status.files[unit.file].total_pages;
  const auto last = unit.kind == UnitKind::range ? unit.last_page : (total != 0 ? total : UINT32_MAX);
  auto next = next_page(unit);
  for (const auto& page : pages) {
    if (page.file != unit.file || page.page != next || page.page > last) {
      return false;
    }
    ++next;
  }
  return true;
}

void count_pages(const JobRecord& record, Status& status, Unit& unit, std::span<const PageRecord> pages) {
  if (pages.empty()) {
    return;
  }
  auto& head = status.head;
  auto& file = status.files[unit.file];
  for (const auto& page : pages) {
    ++file.processed_pages;
    ++head.processed_pages;
    if (page.error != ErrorCode::none) {
      ++file.failed_pages;
      ++head.failed_pages;
      warn(status, page.file, record.options().pages.page_at(page.page), {page.error, page.error_detail});
    }
  }
  unit.first_page = pages.back().page + 1;
  if (unit.kind == UnitKind::range) {
    unit.failures = 0;  // they were those of a page that is behind us
  }
  unit.setbacks = 0;
  settle_file(status, unit.file, {pages.back().error, pages.back().error_detail});
}

std::optional<std::vector<PageRange>> ranges_left(std::span<const PageRange> ranges, std::uint32_t next,
                                                  std::uint32_t total) {
  std::vector<PageRange> left;
  std::uint32_t end = 1;  // one past the last page seen
  std::uint32_t wanted = next;
  for (const auto& range : ranges) {
    if (range.first < end || range.last < range.first || range.last > total) {
      return std::nullopt;
    }
    end = range.last + 1;
    if (range.last < next) {
      continue;
    }
    const auto first = std::max(range.first, next);
    if (first != wanted) {
      return std::nullopt;
    }
    left.push_back({.first = first, .last = range.last});
    wanted = end;
  }
  if (wanted != total + 1) {
    return std::nullopt;
  }
  return left;
}

bool is_unit_of(const Status& status, const Unit& unit) noexcept {
  if ((unit.kind == UnitKind::run) != (status.head.kind != WorkKind::document)) {
    return false;
  }
  if (!is_of_file(unit)) {
    return true;
  }
  if (unit.file >= status.files.size()) {
    return false;
  }
  const auto total = status.files[unit.file].total_pages;
  if (unit.kind == UnitKind::range) {
    return unit.first_page >= 1 && unit.last_page <= total && unit.first_page - 1 <= unit.last_page;
  }
  if (unit.kind == UnitKind::run) {
    return true;
  }
  return total == 0 || next_page(unit) - 1 <= total;
}

}  // namespace docket
