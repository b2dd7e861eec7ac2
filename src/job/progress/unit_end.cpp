#include "job/progress/unit_end.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/plural.h"
#include "job/progress/page_progress.h"
#include "job/progress/run_progress.h"

namespace docket {
namespace {

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
      case UnitKind::run:
        break;  // end_run()
    }
  }

  void on(const ended::Failed& end) {
    const auto error = with_code(end.error, ErrorCode::crashed);
    if (end.repeats && !is_divisible() && !nothing_left(unit_)) {
      return tries_used_up(error);
    }
    bad_end(error);
  }

  void on(const ended::Released& end) { come_back(end.owner_lost ? set_back(unit_, free_losses) : 0); }

  void on(const ended::Postponed& /*end*/) { come_back(set_back(unit_)); }

 private:
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
    return "the engine ended without page " + std::to_string(record_.options().pages.page_at(next_page(unit_)));
  }

  void come_back(std::uint32_t pause_s) { nothing_left(unit_) ? over() : go_on(pause_s); }

  /// The unit waits again.
  void go_on(std::uint32_t pause_s = 0) {
    begin_next_try(unit_, pause_s, now_ms_);
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
  /// probe that did not even report how many pages there are got stuck where every try will.
  [[nodiscard]] bool is_divisible() const {
    switch (unit_.kind) {
      case UnitKind::probe:
        return status_.files[unit_.file].total_pages > next_page(unit_);
      case UnitKind::range:
        return unit_.last_page > next_page(unit_);
      case UnitKind::assemble:
      case UnitKind::run:
        break;
    }
    return false;
  }

  void bad_end(const Error& error) {
    if (nothing_left(unit_)) {
      return over();  // its pages are safe; how the child went after them does not matter
    }
    ++unit_.failures;
    if (unit_.failures < record_.limits.attempts) {
      return go_on();
    }
    tries_used_up(given_up_after(error, unit_.failures));
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
      case UnitKind::run:
        break;  // end_run()
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
    // Where the probe had reported the total and gone on with the pages itself, those not done are given up. The total
    // is the child's word, so the limit is kept here too.
    give_up(next_page(unit_), std::min(file.total_pages, page_limit()), error);
    set_total(status_, unit_.file, file.processed_pages);  // also where it was never reported, or wrong
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

}  // namespace

std::uint32_t pause_after(std::uint32_t times) noexcept {
  constexpr std::uint32_t most_doublings = 16;
  return times == 0 ? 0 : std::min(first_pause_s << std::min(times - 1, most_doublings), longest_pause_s);
}

Result<FollowUp> end_unit(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end,
                          std::int64_t now_ms) {
  if (auto checked = check_unit(status, unit); !checked) {
    return pass_on(checked);
  }
  if (status.head.state != State::processing || status.head.units_left == 0) {
    return fail(ErrorCode::illegal_change, "the unit was not begun");
  }
  touch(status, now_ms);
  if (unit.kind == UnitKind::run) {
    return end_run(record, status, unit, end, now_ms);
  }
  Ending ending(record, status, unit, now_ms);
  std::visit([&](const auto& how) { ending.on(how); }, end);
  return ending.take();
}

}  // namespace docket
