#include "job/progress/progress.h"

#include <limits>

#include "job/progress/page_progress.h"
#include "job/progress/run_progress.h"

namespace docket {
namespace {

/// The first units of a job of documents: one a file.
std::vector<Unit> begin_probes(const JobRecord& record, std::uint16_t files) {
  std::vector<Unit> units;
  units.reserve(files);
  for (std::uint16_t i = 0; i < files; ++i) {
    Unit unit;
    unit.job = record.id;
    unit.kind = UnitKind::probe;
    unit.pool = record.pool;
    unit.priority = record.priority;
    unit.file = i;
    unit.first_page = 1;
    units.push_back(unit);
  }
  return units;
}

}  // namespace

std::vector<Unit> begin_job(const JobRecord& record, Status& status, std::int64_t now_ms) {
  auto& head = status.head;
  const auto file_count = static_cast<std::uint16_t>(status.files.size());
  head.state = State::pending;
  head.kind = kind_of(record.work);
  head.pool = record.pool;
  head.priority = record.priority;
  head.file_count = file_count;
  head.total_pages = head.processed_pages = head.failed_pages = 0;
  head.attempts = 1;
  head.units_left = 0;
  head.warning_count = 0;
  head.formats = record.options().formats;
  head.error = ErrorCode::none;
  head.created_ms = head.updated_ms = now_ms;
  head.started_ms = head.completed_ms = 0;
  status.detail.clear();
  status.warnings.clear();
  for (auto& file : status.files) {
    file.state = State::pending;
    file.error = ErrorCode::none;
    file.error_detail.clear();
    file.total_pages = file.processed_pages = file.failed_pages = 0;
  }
  auto units = head.kind == WorkKind::document ? begin_probes(record, file_count) : begin_runs(record, status);
  head.units_left = static_cast<std::uint32_t>(units.size());
  if (units.empty() && change_state(status, State::failed, now_ms)) {  // no unit would ever end it
    head.error = ErrorCode::no_file;
    status.detail = "the job has no file";
  }
  return units;
}
void begin_linked_job(const JobRecord& record, Status& status, const Status& original, std::int64_t now_ms) {
  begin_job(record, status, now_ms);
  auto& head = status.head;
  for (std::size_t i = 0; i < status.files.size() && i < original.files.size(); ++i) {
    auto& file = status.files[i];
    const auto& done = original.files[i];
    file.state = done.state;
    file.total_pages = done.total_pages;
    file.processed_pages = done.processed_pages;
  }
  head.total_pages = original.head.total_pages;
  head.processed_pages = original.head.processed_pages;
  head.units_left = 0;
  for (const auto state : {State::processing, State::completed}) {
    if (may_change(head.state, state)) {
      static_cast<void>(change_state(status, state, now_ms));
    }
  }
  settle_retention(record, status);
}

bool is_dedupe_source(const Status& status) noexcept {
  return status.head.state == State::completed && status.head.warning_count == 0 && status.head.failed_pages == 0;
}

Result<void> begin_unit(Status& status, const Unit& unit, std::int64_t now_ms) {
  if (auto checked = check_unit(status, unit); !checked) {
    return checked;
  }
  auto& head = status.head;
  if (head.state == State::pending) {
    if (auto changed = change_state(status, State::processing, now_ms); !changed) {
      return changed;
    }
  }
  if (unit.kind == UnitKind::run) {
    if (begin_run(status, unit)) {
      touch(status, now_ms);
    }
  } else if (unit.kind != UnitKind::assemble) {
    auto& file = status.files[unit.file];
    if (file.state == State::pending) {
      file.state = State::processing;
      touch(status, now_ms);
    }
  }
  if (unit.attempt > head.attempts) {
    head.attempts = unit.attempt;
    touch(status, now_ms);
  }
  return {};
}

void set_total_pages(Status& status, const Unit& unit, std::uint32_t total_pages, std::int64_t now_ms) {
  if (unit.kind != UnitKind::probe || unit.file >= status.files.size() || total_pages == 0) {
    return;
  }
  set_total(status, unit.file, total_pages);
  touch(status, now_ms);
}

Result<void> record_pages(const JobRecord& record, Status& status, Unit& unit, std::span<const PageRecord> pages,
                          std::int64_t now_ms) {
  if (auto checked = check_unit(status, unit); !checked) {
    return checked;
  }
  if (!are_next_pages(status, unit, pages)) {
    return fail(ErrorCode::illegal_change, "the pages are not the next ones of their unit");
  }
  count_pages(record, status, unit, pages);
  touch(status, now_ms);
  return {};
}

void settle_retention(const JobRecord& record, Status& status) noexcept {
  auto& head = status.head;
  if (!is_final(head.state)) {
    return;
  }
  if (record.expire_ms != 0) {
    constexpr auto furthest = std::numeric_limits<std::int64_t>::max();
    const auto left = static_cast<std::uint64_t>(furthest - head.completed_ms);
    head.expires_ms =
        record.expire_ms < left ? head.completed_ms + static_cast<std::int64_t>(record.expire_ms) : furthest;
  }
  head.input_gone = head.state == State::completed && !record.keep_input ? 1 : 0;
}

bool cancel_job(Status& status, std::string_view why, std::int64_t now_ms) {
  return fail_job(status, {ErrorCode::cancelled, why.empty() ? "The job was cancelled." : std::string(why)}, now_ms);
}

bool fail_job(Status& status, const Error& error, std::int64_t now_ms) {
  if (is_final(status.head.state)) {
    return false;
  }
  fail_whole(status, error, now_ms);
  return true;
}

}  // namespace docket
