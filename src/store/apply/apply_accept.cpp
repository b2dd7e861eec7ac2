#include "store/apply/apply_accept.h"

#include <utility>

#include "job/progress/progress.h"
#include "job/turn_key.h"

namespace docket {
namespace {

/// What a completed job came to.
struct Results {
  Status status;
  std::vector<PageRecord> pages;
  Outputs outputs;
};

Result<void> check_room(BackendTransaction& backend, const AcceptJob& command, const OwnerKey& owner) {
  if (auto reason = backend.no_room()) {
    return fail(std::move(*reason));
  }
  return check_queue(command.limits, backend.job_counts(nullptr), backend.job_counts(&owner)).and_then([&] {
    return check_bytes(command.limits, backend.used_bytes(), input_size(command.status));
  });
}

/// The job that was made for this request before.
Result<std::optional<JobId>> find_request(BackendTransaction& backend, const IdempotentRequest& request,
                                          std::string_view owner) {
  auto known = backend.find_request(request.key);
  if (!known) {
    return pass_on(known);
  }
  if (!*known) {
    return std::nullopt;
  }
  if ((*known)->content != request.content) {
    // All clients without a name share their keys: the job may be another client's, and its id is all that is needed to
    // use it.
    return fail(ErrorCode::key_reused, "This Idempotency-Key was used for a request with other content" +
                                           (owner.empty() ? "." : ", which made job " + (*known)->job.text() + "."));
  }
  return (*known)->job;
}

/// Everything of the dedupe source that is the new job's, too.
Result<Results> results_of(ApplyContext& context, const JobId& id) {
  auto status = context.backend.status(id);
  if (!status) {
    return pass_on(status);
  }
  auto pages = context.backend.pages(id);
  if (!pages) {
    return pass_on(pages);
  }
  auto outputs = context.backend.outputs(id);
  if (!outputs) {
    return pass_on(outputs);
  }
  return Results{std::move(*status), std::move(*pages), std::move(*outputs)};
}

/// The job with all that hangs on it but its units and results.
void write_new_job(ApplyContext& context, OpenJob& job, const AcceptJob& command) {
  auto& backend = context.backend;
  auto& head = job.status.head;
  head.has_fields = command.fields.empty() ? 0 : 1;
  const bool over = is_final(head.state);  // there is nothing to do
  head.has_secret = command.secret.empty() || over ? 0 : 1;
  head.accept_no = backend.count_in_pool(head.pool, PoolEvent::accepted, command.now_ms).accepted;
  head.change = context.append_event(job, {JobEventKind::accepted});
  if (over) {
    backend.count_in_pool(head.pool, PoolEvent::left, command.now_ms);
    const auto kind = head.state == State::failed ? JobEventKind::failed : JobEventKind::completed;
    head.change = context.append_event(job, {kind});
  }
  backend.insert_job({.record = command.record,
                      .status = job.status,
                      .owner = job.owner,
                      .fields = command.fields,
                      .secret = head.has_secret != 0 ? std::string_view(command.secret) : std::string_view(),
                      .idempotent = command.idempotent ? &*command.idempotent : nullptr,
                      .callback = command.callback ? &*command.callback : nullptr});
  if (command.callback && over) {
    context.put_delivery(job.id, {*command.callback, std::nullopt}, begin_delivery(*command.callback, head.updated_ms));
  }
  backend.count_job(job.owner, std::nullopt, head.state);
  backend.count_bytes(job.id, static_cast<std::int64_t>(input_size(job.status)));

  job.record = command.record;
  context.publish(job, std::nullopt, State::pending, head.created_ms);
  if (over) {
    context.publish(job, State::pending, head.state, head.completed_ms);
  }
}

Result<void> accept(ApplyContext& context, AcceptJob& command) {
  auto& backend = context.backend;
  if (command.idempotent) {
    auto known = find_request(backend, *command.idempotent, command.status.owner);
    if (!known) {
      return pass_on(known);
    }
    if (*known) {
      command.known = *known;
      return {};
    }
  }
  const auto owner = OwnerKey::of(command.status.owner);
  if (auto room = check_room(backend, command, owner); !room) {
    return room;
  }
  const auto& id = command.record.id;
  if (backend.has_job(id)) {
    return fail(ErrorCode::bad_request, "there is a job " + id.text() + " already");
  }
  std::optional<Results> results;
  if (command.record.fingerprint && !command.own_results) {
    const auto source = backend.find_dedupe_source(*command.record.fingerprint);
    if (source && source != command.linked_to) {
      command.dedupe_source = DedupeSource{*source, backend.output_files(*source)};
      return {};
    }
    if (!source && command.linked_to) {
      return fail(ErrorCode::not_found, "job " + command.linked_to->text() + " has gone");
    }
    if (source) {
      auto found = results_of(context, *source);
      if (!found) {
        return pass_on(found);
      }
      results = std::move(*found);
    }
  }
  // The command itself is left as it was given: a transaction that fails may be tried again.
  OpenJob job{.id = id, .owner = owner, .before = {}, .status = command.status};
  std::vector<Unit> units;
  if (results) {
    begin_linked_job(command.record, job.status, results->status, command.now_ms);
  } else {
    units = begin_job(command.record, job.status, command.now_ms);
    settle_retention(command.record, job.status);
  }
  write_new_job(context, job, command);
  if (results) {
    context.write_pages(job, results->pages);
    context.write_outputs(id, results->outputs);
    backend.put_dedupe_source(*command.record.fingerprint, id);  // it will be there for longer than the one before
  }
  backend.queue_units(units, turn_key(job.owner, command.client), 0);
  return {};
}

}  // namespace

void carry_out(ApplyContext& context, AcceptJob& command) {
  command.known.reset();
  command.dedupe_source.reset();
  command.result = accept(context, command);
}

}  // namespace docket
