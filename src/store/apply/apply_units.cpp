#include "store/apply/apply_units.h"

#include <array>
#include <utility>

#include "job/progress/page_progress.h"
#include "job/progress/progress.h"
#include "store/apply/unit_ending.h"

namespace docket {
namespace {

/// A claim removes units of jobs that are over as it meets them; at most so many, so that it stays short.
constexpr int max_stale_units = 64;

Result<std::optional<ClaimedUnit>> claim(ApplyContext& context, const ClaimUnit& command) {
  auto& backend = context.backend;
  for (int i = 0; i < max_stale_units; ++i) {
    auto next = backend.next_unit(command.pool, command.now_ms);
    if (!next) {
      return pass_on(next);
    }
    if (!*next) {
      return std::nullopt;
    }
    auto& unit = **next;
    auto job = context.open_job(unit.unit.job);
    if (!job && job.error().code != ErrorCode::not_found) {
      return pass_on(job);
    }
    if (!job || !begin_unit(job->status, unit.unit, command.now_ms)) {
      backend.remove_unit(unit);  // its job is final or gone: no worker would ever end it
      continue;
    }
    if (auto record = context.record_of(*job); !record) {
      return pass_on(record);
    }
    std::vector<PageRecord> pages;
    if (unit.unit.kind == UnitKind::assemble) {
      auto stored = backend.pages(job->id);
      if (!stored) {
        return pass_on(stored);
      }
      pages = std::move(*stored);
    }
    auto secret = job->status.head.has_secret != 0 ? backend.secret(job->id) : std::string();
    backend.lease_unit(unit, command.holder);
    context.close_job(*job);
    return ClaimedUnit{unit.unit, std::move(*job->record), std::move(job->status), std::move(pages), std::move(secret)};
  }
  return std::nullopt;
}

/// A held unit with its job and the job's record.
struct HeldUnit {
  PlacedUnit unit;
  OpenJob job;
};

Result<HeldUnit> open_held(ApplyContext& context, const Lease& lease) {
  auto unit = context.backend.held_unit(lease);
  if (!unit) {
    return pass_on(unit);
  }
  auto job = context.open_job(lease.job);
  if (!job) {
    return pass_on(job);
  }
  if (auto record = context.record_of(*job); !record) {
    return pass_on(record);
  }
  return HeldUnit{*unit, std::move(*job)};
}

Result<void> record(ApplyContext& context, const RecordPages& command) {
  auto held = open_held(context, command.lease);
  if (!held) {
    return pass_on(held);
  }
  auto& [unit, job] = *held;
  if (command.total_pages) {
    set_total_pages(job.status, unit.unit, *command.total_pages, command.now_ms);
  }
  if (auto recorded = record_pages(*job.record, job.status, unit.unit, command.pages, command.now_ms); !recorded) {
    return recorded;
  }
  context.write_pages(job, command.pages);
  context.backend.update_unit(unit);
  context.close_job(job);
  return {};
}

Result<void> record(ApplyContext& context, const RecordSteps& command) {
  auto held = open_held(context, command.lease);
  if (!held) {
    return pass_on(held);
  }
  auto& job = held->job;
  if (auto recorded = record_steps(job.status, held->unit.unit, command.steps, command.now_ms); !recorded) {
    return recorded;
  }
  context.close_job(job);
  return {};
}

Result<Status> end(ApplyContext& context, EndUnit& command) {
  auto held = open_held(context, command.lease);
  if (!held) {
    return pass_on(held);
  }
  auto& [unit, job] = *held;
  if (auto recorded = record_pages(*job.record, job.status, unit.unit, command.pages, command.now_ms); !recorded) {
    return pass_on(recorded);
  }
  if (command.steps) {
    if (auto recorded = record_steps(job.status, unit.unit, *command.steps, command.now_ms); !recorded) {
      return pass_on(recorded);
    }
  }
  auto follow_up = end_unit(*job.record, job.status, unit.unit, command.end, command.now_ms);
  if (!follow_up) {
    return pass_on(follow_up);
  }
  UnitEnding ending{unit, std::move(*follow_up), command.pages, nullptr};
  const auto* completed = std::get_if<ended::Completed>(&command.end);
  const bool is_run_of_file = unit.unit.kind == UnitKind::run && is_of_file(unit.unit);
  if (is_run_of_file && completed != nullptr) {
    PageRecord only;
    only.file = unit.unit.file;
    only.page = 1;
    only.outputs = completed->outputs;
    context.write_pages(job, std::array{only});
  }
  const Outputs none;  // all are the files' own
  if (job.status.head.state == State::completed) {
    ending.outputs = is_run_of_file ? &none : completed != nullptr ? &completed->outputs : nullptr;
  }
  write_ending(context, job, ending);
  context.close_job(job);
  command.queued = ending.follow_up.unit_goes_on || !ending.follow_up.new_units.empty();
  return std::move(job.status);
}

}  // namespace

void carry_out(ApplyContext& context, ClaimUnit& command) {
  command.result = claim(context, command);
}

void carry_out(ApplyContext& context, RecordPages& command) {
  command.result = record(context, command);
}

void carry_out(ApplyContext& context, RecordSteps& command) {
  command.result = record(context, command);
}

void carry_out(ApplyContext& context, EndUnit& command) {
  command.queued = false;
  command.result = end(context, command);
}

}  // namespace docket
