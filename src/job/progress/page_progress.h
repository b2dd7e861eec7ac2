// The book-keeping below progress.h and unit_end.h: pages counted, files settled, jobs failed. Pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "job/job.h"
#include "job/outputs.h"
#include "job/unit.h"

namespace docket {

/// Something happened to the job at `now_ms`.
inline void touch(Status& status, std::int64_t now_ms) noexcept {
  status.head.updated_ms = std::max(status.head.updated_ms, now_ms);
}

/// Whether `unit` may be one of a job that is processed.
Result<void> check_unit(const Status& status, const Unit& unit);

/// Ends the job for this reason, with all its files that had not ended. Nothing if it is final.
void fail_whole(Status& status, const Error& error, std::int64_t now_ms);

/// Whether the job has a page to show.
inline bool any_page_done_well(const Status& status) noexcept {
  return status.head.processed_pages > status.head.failed_pages;
}

/// Whether the unit is to do something with one file, `unit.file`.
inline bool is_of_file(const Unit& unit) noexcept {
  return unit.kind != UnitKind::assemble && unit.file != Unit::whole_job;
}

/// `error`, which has the code `otherwise` if it has none.
Error with_code(Error error, ErrorCode otherwise);

/// What a unit dies of that has had all its tries.
Error given_up_after(const Error& error, std::uint32_t tries);

/// A try came to nothing by no fault of the work: counts it, and says how long the unit waits, in seconds. `free` times
/// cost no pause.
std::uint32_t set_back(Unit& unit, std::uint32_t free = 0) noexcept;

/// Makes a unit ready to wait again: with a new number for its try, and not before the pause is over.
void begin_next_try(Unit& unit, std::uint32_t pause_s, std::int64_t now_ms) noexcept;

/// `sum`, or the greatest number that a count can be.
inline std::uint32_t saturated(std::uint64_t sum) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX));
}

/// The next page `unit` has to do; a probe that was stored without one begins at the first.
inline std::uint32_t next_page(const Unit& unit) noexcept {
  return std::max(unit.first_page, 1U);
}

/// Whether `unit` is a range whose pages are all behind it.
inline bool nothing_left(const Unit& unit) noexcept {
  return unit.kind == UnitKind::range && unit.first_page > unit.last_page;
}

/// How much of an error's detail a status keeps: it is read and written out whole on the event loop.
inline constexpr std::size_t max_kept_detail = 300;

/// At most max_kept_detail bytes of `detail`, cut before a UTF-8 character.
std::string_view bounded_detail(std::string_view detail) noexcept;

/// Counts a warning and keeps it if there is room. Page 0 is the file as a whole.
void warn(Status& status, std::uint16_t file, std::uint32_t page, const Error& error);

void fail_file_with(FileStatus& file, const Error& error);

/// Gives a file whose pages are all processed its final state: failed, with its first page's error, if none was done
/// well. `last` stands in for that error where its warning was not kept.
void settle_file(Status& status, std::uint16_t index, const Error& last);

/// What a job dies of that has no page to show: the first file's error, else the first warning's, else no_pages.
Error first_error(const Status& status);

/// Sets a file's total and the job's, their sum.
void set_total(Status& status, std::uint16_t index, std::uint32_t total_pages);

/// Whether `pages` are the next ones of `unit`, without a gap. A gap would be a page that is never done, a repetition
/// one that counts twice.
bool are_next_pages(const Status& status, const Unit& unit, std::span<const PageRecord> pages);

/// Counts pages that are_next_pages().
void count_pages(const JobRecord& record, Status& status, Unit& unit, std::span<const PageRecord> pages);

/// `ranges` without the pages before `next`, which were done in an earlier try; nothing if they are not ascending
/// ranges within the `total` pages (less than the greatest number), or do not cover exactly those from `next` on.
std::optional<std::vector<PageRange>> ranges_left(std::span<const PageRange> ranges, std::uint32_t next,
                                                  std::uint32_t total);

/// Whether a unit that waits or runs can be one of this job's: its file is there, and has the pages it is to do.
bool is_unit_of(const Status& status, const Unit& unit) noexcept;

}  // namespace docket
