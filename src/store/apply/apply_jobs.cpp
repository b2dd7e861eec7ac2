#include "store/apply/apply_jobs.h"

#include <utility>

#include "job/progress/progress.h"
#include "job/progress/run_progress.h"

namespace docket {
namespace {

Result<Status> cancel(ApplyContext& context, const CancelJob& command) {
  auto job = context.open_job_of(command.owner, command.job, command.condition);
  if (!job) {
    return pass_on(job);
  }
  if (cancel_job(job->status, command.why, command.now_ms)) {
    context.close_job(*job);
  }
  return std::move(job->status);
}

Result<Status> remove(ApplyContext& context, RemoveJob& command) {
  auto job = context.open_job_of(command.owner, command.job, command.condition);
  if (!job) {
    return pass_on(job);
  }
  auto& backend = context.backend;
  const auto& id = command.job;
  command.output_files = backend.output_files(id);
  std::erase_if(command.output_files, [](const OutputFile& output_file) { return output_file.pages; });

  const auto& head = job->status.head;
  if (head.started_ms == 0 && !is_final(head.state)) {
    backend.count_in_pool(head.pool, PoolEvent::left, command.now_ms);
  }
  // A record that cannot be read must not make its job undeletable.
  if (const auto record = context.record_of(*job); record && (*record)->fingerprint) {
    backend.erase_dedupe_source(*(*record)->fingerprint, id);
  }
  backend.erase_job(id, job->owner, job->status);
  backend.count_job(job->owner, head.state, std::nullopt);
  context.append_event(*job, {JobEventKind::deleted});
  context.publish(*job, head.state, command.why, command.now_ms);
  return std::move(job->status);
}

Result<Status> give_up(ApplyContext& context, const FailJob& command) {
  auto job = context.open_job(command.job);
  if (!job) {
    return pass_on(job);
  }
  if (fail_job(job->status, command.error, command.now_ms)) {
    context.close_job(*job);
  }
  return std::move(job->status);
}

Result<void> name_client(ApplyContext& context, const NameClient& command) {
  auto job = context.open_job(command.job);
  if (!job) {
    return pass_on(job);
  }
  auto record = context.record_of(*job);
  if (!record) {
    return pass_on(record);
  }
  job->record->origin.client_name = command.name;
  context.backend.put_record(*job->record);
  return {};
}

Result<void> report(ApplyContext& context, const ReportSteps& command) {
  auto job = context.open_job(command.job);
  if (!job) {
    return pass_on(job);
  }
  if (job->status.head.kind == WorkKind::document) {
    return fail(ErrorCode::illegal_change, "a job of documents has pages, and no steps");
  }
  Unit whole;
  whole.job = command.job;
  whole.kind = UnitKind::run;
  whole.file = Unit::whole_job;
  if (auto recorded = record_steps(job->status, whole, command.steps, command.now_ms); !recorded) {
    return recorded;
  }
  context.close_job(*job);
  return {};
}

}  // namespace

void carry_out(ApplyContext& context, CancelJob& command) {
  command.result = cancel(context, command);
}

void carry_out(ApplyContext& context, RemoveJob& command) {
  command.output_files.clear();
  command.result = remove(context, command);
}

void carry_out(ApplyContext& context, FailJob& command) {
  command.result = give_up(context, command);
}

void carry_out(ApplyContext& context, ReportSteps& command) {
  command.result = report(context, command);
}

void carry_out(ApplyContext& context, NameClient& command) {
  command.result = name_client(context, command);
}

}  // namespace docket
