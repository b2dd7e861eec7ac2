// How a job comes into the embedded store: made once for each Idempotency-Key, where there is room, and with the
// results of another one where they are the same.
#include <utility>

#include "store/lmdb/lmdb_transaction.h"
#include "core/turn_key.h"

namespace docket {

Result<void> ChangeWriter::check_room(const AcceptJob& change) {
  if (rules_.refuse_jobs) {
    return tl::unexpected(*rules_.refuse_jobs);
  }
  const auto of_owner = owner_counts_key(OwnerKey::of(change.status.owner));
  return check_queue(change.limits, states_of(all_counts_key()), states_of(of_owner)).and_then([&] {
    return check_bytes(change.limits, rules_.environment_bytes + stored_bytes(), input_size(change.status));
  });
}

Result<std::optional<JobId>> ChangeWriter::find_once(const Once& once, std::string_view owner) {
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
    // All who have no name share their keys: the job may be another one's, and whoever knows its id may use it.
    return fail(ErrorCode::key_reused, "This Idempotency-Key was used for a request with other content" +
                                           (owner.empty() ? "." : ", which made job " + job.text() + "."));
  }
  return job;
}

/// A job whose results one of this sameness may have. A damaged entry is none: the next job to be completed mends it.
std::optional<Original> ChangeWriter::find_original(const Sha256& sameness) {
  const auto stored = tables_.get(tables_.t.originals, bytes_of(sameness));
  const auto id = stored ? JobId::from_key(*stored) : std::nullopt;
  if (!id || !tables_.get(tables_.t.status, id->key())) {
    return std::nullopt;
  }
  return Original{*id, containers_of(*id)};
}

/// Everything of the original that is the new job's, too.
Result<ChangeWriter::Results> ChangeWriter::results_of(const JobId& id) {
  auto original = open_job(id);
  if (!original) {
    return pass_on(original);
  }
  auto pages = pages_of(id);
  if (!pages) {
    return pass_on(pages);
  }
  const auto stored = tables_.get(tables_.t.outputs, id.key());
  auto outputs = decode_outputs(stored.value_or(std::string_view()));
  if (!outputs) {
    return pass_on(outputs);
  }
  return Results{std::move(original->status), std::move(*pages), std::move(*outputs)};
}

Result<void> ChangeWriter::accept(AcceptJob& change) {
  change.known.reset();
  change.original.reset();
  if (change.once) {
    auto known = find_once(*change.once, change.status.owner);
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
  std::optional<Results> results;
  if (change.record.sameness && !change.own_results) {
    auto original = find_original(*change.record.sameness);
    if (original && original->job != change.linked_to) {
      change.original = std::move(original);
      return {};
    }
    if (!original && change.linked_to) {
      return fail(ErrorCode::not_found, "job " + change.linked_to->text() + " has gone");
    }
    if (original) {
      auto found = results_of(original->job);
      if (!found) {
        return pass_on(found);
      }
      results = std::move(*found);
    }
  }
  // The change itself is left as it was given: a transaction that fails may be tried again.
  OpenJob job{
      .id = id, .owner = OwnerKey::of(change.status.owner), .before = {}, .status = change.status, .events = {}};
  std::vector<Unit> units;
  if (results) {
    begin_linked_job(change.record, job.status, results->status, change.now_ms);
  } else {
    units = begin_job(change.record, job.status, change.now_ms);
    settle_retention(change.record, job.status);
  }
  write_new_job(job, change);
  if (results) {
    write_pages(job, results->pages);
    write_outputs(id, results->outputs);
    tables_.put(tables_.t.originals, bytes_of(*change.record.sameness), id.key());  // it will be there for longer
  }

  const auto taker = turn_key(job.owner, change.client);
  std::uint64_t place = 0;
  for (const auto& unit : units) {
    PlacedUnit placed{.unit = unit, .taker = taker, .place = place, .holder = {}};
    queue_.add(placed);
    place = placed.place;
  }
  return {};
}

void ChangeWriter::apply(NameClient& change) {
  change.result = name_client(change);
}

Result<void> ChangeWriter::name_client(const NameClient& change) {
  auto job = open_job(change.job);
  if (!job) {
    return pass_on(job);
  }
  auto record = record_of(*job);
  if (!record) {
    return pass_on(record);
  }
  auto named = **record;
  named.origin.client_name = change.name;
  tables_.put(tables_.t.jobs, change.job.key(), encode(named));
  return {};
}

/// The job with all that hangs on it but its units and results.
void ChangeWriter::write_new_job(OpenJob& job, const AcceptJob& change) {
  const auto& id = job.id;
  auto& head = job.status.head;
  head.has_fields = change.fields.empty() ? 0 : 1;
  const bool over = is_final(head.state);  // there is nothing to do
  head.has_secret = change.secret.empty() || over ? 0 : 1;
  head.accept_no = pool_counts(tables_, head.pool).accepted;
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
  if (change.callback) {
    tables_.put(tables_.t.callbacks, id.key(), encode(*change.callback));
    if (over) {
      post_callback(id, head.updated_ms);
    }
  }
  if (head.expires_ms != 0) {
    tables_.put(tables_.t.expiry, expiry_key(head.expires_ms, id), {});
  }
  count_states(job.owner, std::nullopt, head.state);
  count_bytes(id, static_cast<std::int64_t>(input_size(job.status)));

  job.record = change.record;
  tell(job, std::nullopt, State::pending, head.created_ms);
  if (over) {
    tell(job, State::pending, head.state, head.completed_ms);
  }
}

}  // namespace docket
