#include "core/lmdb_changes.h"

#include <algorithm>
#include <utility>

namespace docket {
namespace {

/// A claim removes units of jobs that are over as it meets them; at most so many, so that it stays short.
constexpr int max_stale_units = 64;

}  // namespace

void ChangeWriter::apply(AcceptJob& change) {
  change.result = accept(change);
}
void ChangeWriter::apply(ClaimUnit& change) {
  change.result = claim(change);
}
void ChangeWriter::apply(RecordPages& change) {
  change.result = record(change);
}
void ChangeWriter::apply(EndUnit& change) {
  change.queued = false;
  change.result = end(change);
}
void ChangeWriter::apply(CancelJob& change) {
  change.result = cancel(change);
}
void ChangeWriter::apply(RemoveJob& change) {
  change.containers.clear();
  change.result = remove(change);
}
void ChangeWriter::apply(RecoverHolder& change) {
  change.result = recover(change);
}

Result<void> ChangeWriter::check_room(const AcceptJob& change) {
  if (rules_.refuse_jobs) {
    return tl::unexpected(*rules_.refuse_jobs);
  }
  const auto of_owner = owner_counts_key(OwnerKey::of(change.status.owner));
  return check_queue(change.limits, states_of(all_counts_key()), states_of(of_owner)).and_then([&] {
    return check_bytes(change.limits, rules_.environment_bytes + stored_bytes(), input_size(change.status));
  });
}

Result<std::optional<JobId>> ChangeWriter::find_once(const Once& once) {
  const auto stored = tables_.get(tables_.t.once, once.key.key());
  if (!stored) {
    return std::nullopt;
  }
  KeyReader value(*stored);
  const auto job = value.id();
  const auto content = value.raw(once.content.size());
  if (!value.ok()) {
    return fail(ErrorCode::bad_record, "an entry of `once` has the wrong size");
  }
  if (content != bytes_of(once.content)) {
    return fail(ErrorCode::key_reused,
                "This Idempotency-Key was used for a request with other content, which made job " + job.text() + ".");
  }
  return job;
}

Result<void> ChangeWriter::accept(AcceptJob& change) {
  change.known.reset();
  if (change.once) {
    auto known = find_once(*change.once);
    if (!known) {
      return pass_on(known);
    }
    if (*known) {
      change.known = *known;
      return {};
    }
  }
  if (auto room = check_room(change); !room) {
    return room;
  }
  const auto& id = change.record.id;
  if (tables_.get(tables_.t.status, id.key())) {
    return fail(ErrorCode::bad_request, "there is a job " + id.text() + " already");
  }
  // The change itself is left as it was given: a transaction that fails may be tried again.
  OpenJob job{
      .id = id, .owner = OwnerKey::of(change.status.owner), .before = {}, .status = change.status, .events = {}};
  const auto units = begin_job(change.record, job.status, change.now_ms);
  settle_retention(change.record, job.status);

  auto& head = job.status.head;
  head.has_fields = change.fields.empty() ? 0 : 1;
  head.has_secret = change.secret.empty() ? 0 : 1;
  head.accept_no = pool_counts(tables_, head.pool).accepted;
  const bool over = is_final(head.state);  // without files there is nothing to do
  add_to_pool(tables_, head.pool, +1, over ? +1 : 0, 0);
  head.change = append_change(job, {ChangeKind::accepted});
  if (over) {
    head.change = append_change(job, {head.state == State::failed ? ChangeKind::failed : ChangeKind::completed});
  }
  tables_.put(tables_.t.jobs, id.key(), encode(change.record));
  tables_.put(tables_.t.status, id.key(), encode(job.status));
  if (head.has_fields != 0) {
    tables_.put(tables_.t.fields, id.key(), change.fields);
  }
  if (head.has_secret != 0) {
    tables_.put(tables_.t.secrets, id.key(), change.secret);
  }
  tables_.put(tables_.t.by_owner, by_owner_key(job.owner, id), {});
  if (change.once) {
    const auto& once = *change.once;
    tables_.put(tables_.t.once, once.key.key(), Key().raw(id.key()).raw(bytes_of(once.content)));
    tables_.put(tables_.t.once_of, id.key(), once.key.key());
  }
  if (head.expires_ms != 0) {
    tables_.put(tables_.t.expiry, expiry_key(head.expires_ms, id), {});
  }
  count_states(job.owner, std::nullopt, head.state);
  count_bytes(id, static_cast<std::int64_t>(input_size(job.status)));

  std::uint64_t place = 0;
  for (const auto& unit : units) {
    PlacedUnit placed{.unit = unit, .owner = job.owner, .place = place, .holder = {}};
    queue_.add(placed);
    place = placed.place;
  }
  return {};
}

Result<std::optional<ClaimedUnit>> ChangeWriter::claim(const ClaimUnit& change) {
  for (int i = 0; i < max_stale_units; ++i) {
    auto first = queue_.first(change.pool);
    if (!first) {
      return pass_on(first);
    }
    if (!*first) {
      return std::nullopt;
    }
    auto& unit = **first;
    auto job = open_job(unit.unit.job);
    if (!job && job.error().code != ErrorCode::not_found) {
      return pass_on(job);
    }
    if (!job || !begin_unit(job->status, unit.unit, change.now_ms)) {
      queue_.remove(unit);  // its job is final or gone; nobody would ever end it
      continue;
    }
    auto record = record_of(*job);
    if (!record) {
      return pass_on(record);
    }
    std::vector<PageRecord> pages;
    if (unit.unit.kind == UnitKind::assemble) {
      auto stored = pages_of(job->id);
      if (!stored) {
        return pass_on(stored);
      }
      pages = std::move(*stored);
    }
    std::string secret;
    if (job->status.head.has_secret != 0) {
      secret = tables_.get(tables_.t.secrets, job->id.key()).value_or(std::string_view());
    }
    queue_.lease(unit, change.holder);
    close_job(*job);
    return ClaimedUnit{unit.unit, std::move(*job->record), std::move(job->status), std::move(pages), std::move(secret)};
  }
  return std::nullopt;
}

Result<void> ChangeWriter::record(const RecordPages& change) {
  auto unit = queue_.held(change.lease);
  if (!unit) {
    return pass_on(unit);
  }
  auto job = open_job(change.lease.job);
  if (!job) {
    return pass_on(job);
  }
  auto record = record_of(*job);
  if (!record) {
    return pass_on(record);
  }
  if (change.total_pages) {
    set_total_pages(job->status, unit->unit, *change.total_pages, change.now_ms);
  }
  if (auto recorded = record_pages(**record, job->status, unit->unit, change.pages, change.now_ms); !recorded) {
    return recorded;
  }
  write_pages(*job, change.pages);
  queue_.save(*unit);
  close_job(*job);
  return {};
}

Result<Status> ChangeWriter::end(EndUnit& change) {
  auto unit = queue_.held(change.lease);
  if (!unit) {
    return pass_on(unit);
  }
  auto job = open_job(change.lease.job);
  if (!job) {
    return pass_on(job);
  }
  auto record = record_of(*job);
  if (!record) {
    return pass_on(record);
  }
  if (auto recorded = record_pages(**record, job->status, unit->unit, change.pages, change.now_ms); !recorded) {
    return pass_on(recorded);
  }
  auto follow_up = end_unit(**record, job->status, unit->unit, change.end, change.now_ms);
  if (!follow_up) {
    return pass_on(follow_up);
  }
  Ending ending{*unit, std::move(*follow_up), change.pages, nullptr};
  if (const auto* completed = std::get_if<ended::Completed>(&change.end);
      completed != nullptr && job->status.head.state == State::completed) {
    ending.outputs = &completed->outputs;
  }
  write_ending(*job, ending);
  close_job(*job);
  change.queued = ending.follow_up.unit_goes_on || !ending.follow_up.new_units.empty();
  return std::move(job->status);
}

Result<Status> ChangeWriter::cancel(const CancelJob& change) {
  auto job = open_job_of(change.owner, change.job);
  if (!job) {
    return pass_on(job);
  }
  if (cancel_job(job->status, change.now_ms)) {
    close_job(*job);
  }
  return std::move(job->status);
}

Result<Status> ChangeWriter::remove(RemoveJob& change) {
  auto job = open_job_of(change.owner, change.job);
  if (!job) {
    return pass_on(job);
  }
  const auto& id = change.job;
  const auto units = units_of(id);
  change.containers = containers_of(id);

  const auto& head = job->status.head;
  if (const auto size = tables_.get(tables_.t.sizes, id.key())) {
    count_bytes(id, -static_cast<std::int64_t>(value_of<std::uint64_t>(*size).value_or(0)));
    tables_.erase(tables_.t.sizes, id.key());
  }
  for (const auto& unit : units) {
    queue_.remove(unit);
  }
  if (head.started_ms == 0 && !is_final(head.state)) {
    add_to_pool(tables_, head.pool, 0, +1, 0);
  }
  tables_.erase_prefix(tables_.t.pages, id.key());
  tables_.erase_any(tables_.t.outputs, id.key());
  tables_.erase_any(tables_.t.fields, id.key());
  if (const auto once = tables_.get(tables_.t.once_of, id.key())) {
    tables_.erase_any(tables_.t.once, std::string(*once));
    tables_.erase(tables_.t.once_of, id.key());
  }
  tables_.erase_any(tables_.t.secrets, id.key());
  tables_.erase_any(tables_.t.jobs, id.key());
  tables_.erase(tables_.t.status, id.key());
  tables_.erase(tables_.t.by_owner, by_owner_key(job->owner, id));
  if (head.expires_ms != 0) {
    tables_.erase(tables_.t.expiry, expiry_key(head.expires_ms, id));
  }
  count_states(job->owner, head.state, std::nullopt);
  append_change(*job, {ChangeKind::deleted});
  return std::move(job->status);
}

Result<std::uint32_t> ChangeWriter::recover(const RecoverHolder& change) {
  std::vector<Lease> leases;
  Result<void> readable;
  tables_.each_with_prefix(tables_.t.leased, change.holder.key(), [&](const lmdb::Entry& entry) {
    const auto lease = decode_lease(entry);
    if (!lease) {
      readable = tl::unexpected(lease.error());
      return false;
    }
    leases.push_back(*lease);
    return true;
  });
  if (!readable) {
    return pass_on(readable);
  }
  return give_back(leases, {.owner_lost = true}, change.now_ms);
}

}  // namespace docket
