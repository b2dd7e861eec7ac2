#include "job/progress/run_progress.h"

#include <algorithm>
#include <variant>

#include "job/progress/page_progress.h"

namespace docket {
namespace {

bool has_file(const Status& status, const Unit& unit) noexcept {
  return unit.file < status.files.size();
}

/// Does something with each file that the unit works on and that has not ended.
template <class Function>
void each_file_of(Status& status, const Unit& unit, Function&& function) {
  for (std::size_t i = 0; i < status.files.size(); ++i) {
    auto& file = status.files[i];
    if ((unit.file == Unit::whole_job || unit.file == i) && !is_final(file.state)) {
      function(file);
    }
  }
}

void count(std::uint32_t& processed, std::uint32_t& total, const Steps& steps) noexcept {
  processed = std::max(processed, steps.processed);
  total = std::max({total, steps.total, processed});
}

/// The job's steps are those of its files, where each has a unit.
void sum_up(Status& status) noexcept {
  std::uint64_t processed = 0;
  std::uint64_t total = 0;
  for (const auto& file : status.files) {
    processed += file.processed_pages;
    total += file.total_pages;
  }
  auto& head = status.head;
  head.processed_pages = std::max(head.processed_pages, saturated(processed));
  head.total_pages = std::max(saturated(total), head.processed_pages);
}

/// One call of end_run(), as in unit_end.cpp.
class RunEnding {
 public:
  RunEnding(const JobRecord& record, Status& status, Unit& unit, std::int64_t now_ms)
      : record_(record), status_(status), unit_(unit), now_ms_(now_ms) {}

  FollowUp take() { return std::move(follow_up_); }

  void on(const ended::Completed& /*end*/) {
    each_file_of(status_, unit_, [](FileStatus& file) {
      file.state = State::completed;
      file.processed_pages = file.total_pages;
    });
    over();
  }

  void on(const ended::Refused& end) { give_up(with_code(end.error, ErrorCode::command_failed)); }

  void on(const ended::Failed& end) {
    const auto error = with_code(end.error, ErrorCode::command_failed);
    ++unit_.failures;
    if (!end.repeats && unit_.failures < record_.limits.attempts) {
      return go_on(end.pause_s);
    }
    give_up(end.repeats ? error : given_up_after(error, unit_.failures));
  }

  void on(const ended::Released& end) { go_on(end.owner_lost ? set_back(unit_, free_losses) : 0); }

  void on(const ended::Postponed& /*end*/) { go_on(set_back(unit_)); }

  template <class End>
  void on(const End& /*end*/) {
    on(ended::Failed{{ErrorCode::crashed, "the end of the unit does not fit its task"}});
  }

 private:
  /// The unit waits again.
  void go_on(std::uint32_t pause_s) {
    begin_next_try(unit_, pause_s, now_ms_);
    follow_up_.unit_goes_on = true;
    const bool none_ended = std::ranges::none_of(status_.files, [](const auto& file) { return is_final(file.state); });
    if (status_.head.units_left == 1 && none_ended && change_state(status_, State::pending, now_ms_)) {
      each_file_of(status_, unit_, [](FileStatus& file) { file.state = State::pending; });
    }
  }

  void give_up(const Error& error) {
    if (!has_file(status_, unit_)) {
      return fail_whole(status_, error, now_ms_);
    }
    each_file_of(status_, unit_, [&](FileStatus& file) { fail_file_with(file, error); });
    if (status_.files.size() > 1) {
      warn(status_, unit_.file, 0, error);  // the job may well complete without this file
    }
    over();
  }

  /// The unit is over; after the last one the job is.
  void over() {
    auto& head = status_.head;
    if (--head.units_left > 0) {
      return sum_up(status_);
    }
    const bool any_done = status_.files.empty() || std::ranges::any_of(status_.files, [](const auto& file) {
                            return file.state == State::completed;
                          });
    if (!any_done) {
      return fail_whole(status_, first_error(status_), now_ms_);
    }
    head.processed_pages = head.total_pages = std::max(head.total_pages, head.processed_pages);
    status_.detail.clear();
    static_cast<void>(change_state(status_, State::completed, now_ms_));
  }

  const JobRecord& record_;
  Status& status_;
  Unit& unit_;
  std::int64_t now_ms_;
  FollowUp follow_up_;
};

}  // namespace

std::vector<Unit> begin_runs(const JobRecord& record, const Status& status) {
  const auto* command = std::get_if<CommandWork>(&record.work);
  const bool per_file = command != nullptr && command->per_file && !status.files.empty();
  std::vector<Unit> units(per_file ? status.files.size() : 1);
  for (std::size_t i = 0; i < units.size(); ++i) {
    auto& unit = units[i];
    unit.job = record.id;
    unit.kind = UnitKind::run;
    unit.pool = record.pool;
    unit.priority = record.priority;
    unit.file = per_file ? static_cast<std::uint16_t>(i) : Unit::whole_job;
  }
  return units;
}

bool begin_run(Status& status, const Unit& unit) noexcept {
  bool changed = false;
  each_file_of(status, unit, [&](FileStatus& file) {
    changed = changed || file.state != State::processing;
    file.state = State::processing;
  });
  return changed;
}

Result<void> record_steps(Status& status, const Unit& unit, const Steps& steps, std::int64_t now_ms) {
  if (auto checked = check_unit(status, unit); !checked) {
    return checked;
  }
  if (unit.kind != UnitKind::run || status.head.state != State::processing) {
    return fail(ErrorCode::illegal_change, "the unit is none that has steps");
  }
  if (has_file(status, unit)) {
    auto& file = status.files[unit.file];
    count(file.processed_pages, file.total_pages, steps);
    sum_up(status);
  } else {
    count(status.head.processed_pages, status.head.total_pages, steps);
  }
  if (!steps.message.empty()) {
    status.detail = bounded_detail(steps.message);
  }
  touch(status, now_ms);
  return {};
}

FollowUp end_run(const JobRecord& record, Status& status, Unit& unit, const UnitEnd& end, std::int64_t now_ms) {
  RunEnding ending(record, status, unit, now_ms);
  std::visit([&](const auto& how) { ending.on(how); }, end);
  return ending.take();
}

}  // namespace docket
