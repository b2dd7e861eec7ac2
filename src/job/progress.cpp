#include "job/progress.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "base/plural.h"
#include "job/page_progress.h"

namespace docket {
namespace {

void touch(Status& status, std::int64_t now_ms) {
  status.head.updated_ms = std::max(status.head.updated_ms, now_ms);
}

/// Ends the job for this reason, with all its files that had not ended. Nothing if it is final.
void fail_whole(Status& status, const Error& error, std::int64_t now_ms) {
  if (!change_state(status, State::failed, now_ms)) {
    return;
  }
  status.head.units_left = 0;
  status.head.error = error.code;
  status.error_detail = bounded_detail(error.detail);
  for (auto& file : status.files) {
    if (!is_final(file.state)) {
      fail_file_with(file, error);
    }
  }
}

/// One call of end_unit(): its arguments, its result in the making, and what each kind of end does to them.
class Ending {
 public:
  Ending(const JobRecord& record, Status& status, Unit& unit, std::int64_t now_ms)
      : record_(record), status_(status), unit_(unit), now_ms_(now_ms) {}

  FollowUp take() { return std::move(follow_up_); }

  void on(const ended::Probed& end) {
    if (unit_.kind != UnitKind::probe) {
      return out_of_turn();
    }
    if (!accept_total(end.total_pages)) {
      return;
    }
    const auto ranges = ranges_left(end.ranges, next_page(unit_), end.total_pages);
    if (!ranges) {
      return bad_end({ErrorCode::crashed, "the engine's page ranges do not fit " + counted(end.total_pages, "page")});
    }
    set_total(status_, unit_.file, end.total_pages);
    settle_file(status_, unit_.file, {ErrorCode::no_pages, "no page could be done"});
    for (const auto& range : *ranges) {
      follow_up_.new_units.push_back(new_unit(UnitKind::range, unit_.file, range));
    }
    status_.head.units_left += static_cast<std::uint32_t>(ranges->size());
    over();
  }

  void on(const ended::RangeDone&) {
    if (unit_.kind != UnitKind::range) {
      return out_of_turn();
    }
    if (!nothing_left(unit_)) {
      return bad_end({ErrorCode::crashed, without_page()});
    }
    over();
  }

  void on(const ended::Completed& end) {
    if (unit_.kind == UnitKind::assemble) {
      return complete_job();
    }
    if (unit_.kind != UnitKind::probe || status_.files.size() != 1) {
      return out_of_turn();
    }
    if (!accept_total(end.total_pages)) {
      return;
    }
    if (next_page(unit_) != end.total_pages + 1) {
      return bad_end({ErrorCode::crashed, without_page()});
    }
    set_total(status_, unit_.file, end.total_pages);
    settle_file(status_, unit_.file, {ErrorCode::no_pages, "no page could be done"});
    if (!any_page_done_well(status_)) {
      return over();  // there is nothing to complete with; the job fails
    }
    complete_job();
  }

  void on(const ended::Refused& end) {
    const auto error = with_code(end.error, ErrorCode::corrupt);
    switch (unit_.kind) {
      case UnitKind::probe:
        fail_file(error);
        return over();
      case UnitKind::range:
        give_up(next_page(unit_), unit_.last_page, error);
        return over();
      case UnitKind::assemble:
        return fail_job(error);
    }
  }

  void on(const ended::EndedBadly& end) {
    const auto error = with_code(end.error, ErrorCode::crashed);
    if (end.repeats && !is_divisible() && !nothing_left(unit_)) {
      return tries_used_up(error);
    }
    bad_end(error);
  }

  void on(const ended::HandedBack& end) {
    if (end.owner_lost) {
      ++unit_.owners_lost;
    }
    if (nothing_left(unit_)) {
      return over();
    }
    if (end.owner_lost && unit_.owners_lost > max_owners_lost) {
      return tries_used_up({ErrorCode::crashed, "its worker died " + counted(unit_.owners_lost, "time")});
    }
    go_on();
  }

 private:
  static Error with_code(Error error, ErrorCode otherwise) {
    if (error.code == ErrorCode::none) {
      error.code = otherwise;
    }
    return error;
  }

  Unit new_unit(UnitKind kind, std::uint16_t file, PageRange pages) const {
    Unit unit;
    unit.job = record_.id;
    unit.kind = kind;
    unit.pool = unit_.pool;
    unit.priority = unit_.priority;
    unit.file = file;
    unit.first_page = pages.first;
    unit.last_page = pages.last;
    return unit;
  }

  /// One less than the greatest number, so that "one past the last page" is a number too.
  [[nodiscard]] std::uint32_t page_limit() const { return std::min(record_.limits.max_pages, UINT32_MAX - 1); }

  /// False if the job must not have so many pages; then the unit has been ended.
  bool accept_total(std::uint32_t total_pages) {
    if (total_pages == 0) {
      on(ended::Refused{{ErrorCode::no_pages, "the document has no pages"}});
      return false;
    }
    if (total_pages > page_limit()) {
      on(ended::Refused{{ErrorCode::too_many_pages, "the document has " + counted(total_pages, "page") +
                                                        ", docket_max_pages allows " +
                                                        std::to_string(record_.limits.max_pages)}});
      return false;
    }
    return true;
  }

  /// What is wrong with an engine that ended before its unit did.
  [[nodiscard]] std::string without_page() const {
    return "the engine ended without page " + std::to_string(record_.options.pages.page_at(next_page(unit_)));
  }

  /// The unit waits again, with a new number for its try.
  void go_on() {
    ++unit_.attempt;
    follow_up_.unit_goes_on = true;
    if (unit_.kind != UnitKind::assemble && status_.head.units_left == 1 && status_.head.processed_pages == 0 &&
        change_state(status_, State::pending, now_ms_)) {
      status_.files[unit_.file].state = State::pending;
    }
  }

  /// The unit is over; after the last one the job is assembled, or failed if there is nothing to assemble.
  void over() {
    auto& left = status_.head.units_left;
    if (--left > 0) {
      return;
    }
    if (!any_page_done_well(status_)) {
      return fail_job(first_error(status_));
    }
    follow_up_.new_units.push_back(new_unit(UnitKind::assemble, 0, {.first = 0, .last = 0}));
    left = 1;
  }

  /// Whether another try would be another piece of work: the next one divides the pages that are left more finely. A
  /// probe that did not even tell how many pages there are got stuck where every one will.
  [[nodiscard]] bool is_divisible() const {
    switch (unit_.kind) {
      case UnitKind::probe:
        return status_.files[unit_.file].total_pages > next_page(unit_);
      case UnitKind::range:
        return unit_.last_page > next_page(unit_);
      case UnitKind::assemble:
        break;
    }
    return false;
  }

  void bad_end(const Error& error) {
    if (nothing_left(unit_)) {
      return over();  // its pages are safe; how the child went after them does not matter
    }
    ++unit_.bad_ends;
    if (unit_.bad_ends < record_.limits.attempts) {
      return go_on();
    }
    const auto tries = unit_.bad_ends == 1 ? "1 try" : std::to_string(unit_.bad_ends) + " tries";
    tries_used_up({error.code, error.detail + " (given up after " + tries + ")"});
  }

  void tries_used_up(const Error& error) {
    switch (unit_.kind) {
      case UnitKind::probe:
        fail_file(error);
        return over();
      case UnitKind::range:
        give_up(next_page(unit_), next_page(unit_), error);
        return nothing_left(unit_) ? over() : go_on();
      case UnitKind::assemble:
        return fail_job(error);
    }
  }

  /// A message that does not belong to the unit's kind. The child is not trusted: it has ended badly.
  void out_of_turn() { bad_end({ErrorCode::crashed, "the engine's answer does not fit its task"}); }

  void give_up(std::uint32_t first, std::uint32_t last, const Error& error) {
    std::vector<PageRecord> pages;
    for (auto page = first; page <= last; ++page) {
      pages.push_back(
          {.file = unit_.file, .page = page, .error = error.code, .error_detail = error.detail, .outputs = {}});
    }
    count_pages(record_, status_, unit_, pages);
    follow_up_.given_up = std::move(pages);
  }

  void fail_file(const Error& error) {
    auto& file = status_.files[unit_.file];
    if (!is_final(file.state)) {
      fail_file_with(file, error);
    }
    if (status_.files.size() > 1) {
      warn(status_, unit_.file, 0, error);  // the job may well complete without this file
    }
    // Where the probe had told the total and gone on with the pages itself, those not done are given up. The total is
    // the child's word, so the limit is kept here too.
    give_up(next_page(unit_), std::min(file.total_pages, page_limit()), error);
    set_total(status_, unit_.file, file.processed_pages);  // also where it was never told, or a lie
  }

  void fail_job(const Error& error) { fail_whole(status_, error, now_ms_); }

  void complete_job() {
    if (!change_state(status_, State::completed, now_ms_)) {
      return;  // as above
    }
    status_.head.units_left = 0;
    for (auto& file : status_.files) {
      if (!is_final(file.state)) {
        file.state = State::completed;
      }
    }
  }

  const JobRecord& record_;
  Status& status_;
  Unit& unit_;
  std::int64_t now_ms_;
  FollowUp follow_up_;
};

/// Whether `unit` may be one of a job that is processed.
Result<void> check_unit(const Status& status, const Unit& unit) {
  if (is_final(status.head.state)) {
    return fail(ErrorCode::illegal_change, "the job is " + std::string(word(status.head.state)));
  }
  if (unit.kind != UnitKind::assemble && unit.file >= status.files.size()) {
    return fail(ErrorCode::illegal_change, "the unit's file is not one of the job's");
  }
  return {};
}

}  // namespace

std::vector<Unit> begin_job(const JobRecord& record, Status& status, std::int64_t now_ms) {
  auto& head = status.head;
  const auto file_count = static_cast<std::uint16_t>(status.files.size());
  head.state = State::pending;
  head.pool = record.pool;
  head.priority = record.priority;
  head.file_count = file_count;
  head.total_pages = head.processed_pages = head.failed_pages = 0;
  head.attempts = 1;
  head.units_left = file_count;
  head.warning_count = 0;
  head.formats = record.options.formats;
  head.error = ErrorCode::none;
  head.created_ms = head.updated_ms = now_ms;
  head.started_ms = head.completed_ms = 0;
  status.error_detail.clear();
  status.warnings.clear();

  std::vector<Unit> units;
  units.reserve(file_count);
  for (std::uint16_t i = 0; i < file_count; ++i) {
    auto& file = status.files[i];
    file.state = State::pending;
    file.error = ErrorCode::none;
    file.error_detail.clear();
    file.total_pages = file.processed_pages = file.failed_pages = 0;

    Unit unit;
    unit.job = record.id;
    unit.kind = UnitKind::probe;
    unit.pool = record.pool;
    unit.priority = record.priority;
    unit.file = i;
    unit.first_page = 1;
    units.push_back(unit);
  }
  if (units.empty() && change_state(status, State::failed, now_ms)) {  // no unit would ever end it
    head.error = ErrorCode::no_file;
    status.error_detail = "the job has no file";
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
  head.linked = 1;
  for (const auto state : {State::processing, State::completed}) {
    if (may_change(head.state, state)) {
      static_cast<void>(change_state(status, state, now_ms));
    }
  }
  settle_retention(record, status);
}

bool is_original(const Status& status) noexcept {
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
  if (unit.kind != UnitKind::assemble) {
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

bool cancel_job(Status& status, std::int64_t now_ms) {
  return fail_job(status, {ErrorCode::cancelled, "The job was cancelled."}, now_ms);
}

bool fail_job(Status& status, const Error& error, std::int64_t now_ms) {
  if (is_final(status.head.state)) {
    return false;
  }
  fail_whole(status, error, now_ms);
  return true;
}

Result<FollowUp> end_unit(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end,
                          std::int64_t now_ms) {
  if (auto checked = check_unit(status, unit); !checked) {
    return tl::unexpected(checked.error());
  }
  if (status.head.state != State::processing || status.head.units_left == 0) {
    return fail(ErrorCode::illegal_change, "the unit was not begun");
  }
  Ending ending(record, status, unit, now_ms);
  std::visit([&](const auto& how) { ending.on(how); }, end);
  touch(status, now_ms);
  return ending.take();
}

}  // namespace docket
