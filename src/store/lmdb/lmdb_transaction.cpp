#include "store/lmdb/lmdb_transaction.h"

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
  auto job = open_job_of(change.owner, change.job, change.condition);
  if (!job) {
    return pass_on(job);
  }
  if (cancel_job(job->status, change.now_ms)) {
    close_job(*job);
  }
  return std::move(job->status);
}

Result<Status> ChangeWriter::remove(RemoveJob& change) {
  auto job = open_job_of(change.owner, change.job, change.condition);
  if (!job) {
    return pass_on(job);
  }
  const auto& id = change.job;
  const auto units = units_of(id);
  change.containers = containers_of(id);
  std::erase_if(change.containers, [](const Container& container) { return container.pages; });

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
  if (const auto record = record_of(*job); record && (*record)->sameness) {
    const auto key = bytes_of(*(*record)->sameness);
    if (tables_.get(tables_.t.originals, key) == id.key()) {
      tables_.erase(tables_.t.originals, key);
    }
  }
  forget_callback(id);
  tables_.erase_any(tables_.t.secrets, id.key());
  tables_.erase_any(tables_.t.jobs, id.key());
  tables_.erase(tables_.t.status, id.key());
  tables_.erase(tables_.t.by_owner, by_owner_key(job->owner, id));
  if (head.expires_ms != 0) {
    tables_.erase(tables_.t.expiry, expiry_key(head.expires_ms, id));
  }
  count_states(job->owner, head.state, std::nullopt);
  append_change(*job, {ChangeKind::deleted});
  tell(*job, head.state, change.why, change.now_ms);
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
  auto units = give_back(leases, {.owner_lost = true}, change.now_ms);
  if (units) {
    recover_deliveries(change.holder, change.now_ms);
  }
  return units;
}

}  // namespace docket
