#include "store/lmdb/lmdb_transaction.h"

#include <algorithm>
#include <utility>

#include "job/codec/codec.h"

namespace docket {
namespace {

/// Oldest entries removed beyond one for each that was added, so that a store whose limit was lowered gets there
/// without a long transaction.
constexpr std::uint64_t extra_trims = 4;

}  // namespace

LmdbTransaction::LmdbTransaction(lmdb::Txn txn, const Tables& tables, Options options)
    : tables_(std::move(txn), tables), options_(std::move(options)), queue_(tables_, numbers_), outbox_(tables_) {
  if (const auto stored = tables_.get(tables_.t.counters, numbers_key())) {
    numbers_ = value_of<Numbers>(*stored).value_or(Numbers{});
  }
  stored_numbers_ = numbers_;
}

Result<void> LmdbTransaction::commit() {
  trim_events();
  if (numbers_ != stored_numbers_) {
    tables_.put(tables_.t.counters, numbers_key(), bytes_of(numbers_));
  }
  return tables_.commit();
}

bool LmdbTransaction::has_job(const JobId& id) {
  return tables_.get(tables_.t.status, id.key()).has_value();
}

Result<Status> LmdbTransaction::status(const JobId& id) {
  const auto stored = tables_.get(tables_.t.status, id.key());
  return stored ? decode_status(*stored) : Result<Status>(fail(ErrorCode::not_found, "there is no such job"));
}

Result<JobRecord> LmdbTransaction::record(const JobId& id) {
  const auto stored = tables_.get(tables_.t.jobs, id.key());
  if (!stored) {
    return fail(ErrorCode::bad_record, "the store is damaged: a job has a status and no record");
  }
  return decode_job(*stored);
}

std::string LmdbTransaction::secret(const JobId& id) {
  return std::string(tables_.get(tables_.t.secrets, id.key()).value_or(std::string_view()));
}

void LmdbTransaction::insert_job(const NewJob& job) {
  const auto& id = job.record.id;
  put_record(job.record);
  tables_.put(tables_.t.status, id.key(), encode(job.status));
  if (!job.fields.empty()) {
    tables_.put(tables_.t.fields, id.key(), job.fields);
  }
  if (!job.secret.empty()) {
    tables_.put(tables_.t.secrets, id.key(), job.secret);
  }
  tables_.put(tables_.t.by_owner, by_owner_key(job.owner, id), {});
  if (job.idempotent != nullptr) {
    const auto& [key, content] = *job.idempotent;
    tables_.put(tables_.t.once, key.key(), Key().raw(id.key()).raw(bytes_of(content)));
    tables_.put(tables_.t.once_of, id.key(), key.key());
  }
  if (job.callback != nullptr) {
    tables_.put(tables_.t.callbacks, id.key(), encode(*job.callback));
  }
  if (const auto expires_ms = job.status.head.expires_ms; expires_ms != 0) {
    tables_.put(tables_.t.expiry, expiry_key(expires_ms, id), {});
  }
}

void LmdbTransaction::put_record(const JobRecord& record) {
  tables_.put(tables_.t.jobs, record.id.key(), encode(record));
}

void LmdbTransaction::put_status(const JobId& id, const Status& before, const Status& now) {
  const auto& head = now.head;
  const auto& old = before.head;
  if (head.has_secret == 0 && old.has_secret != 0) {
    tables_.erase_any(tables_.t.secrets, id.key());
  }
  tables_.put(tables_.t.status, id.key(), encode(now));
  if (head.expires_ms == old.expires_ms) {
    return;
  }
  if (old.expires_ms != 0) {
    tables_.erase(tables_.t.expiry, expiry_key(old.expires_ms, id));
  }
  if (head.expires_ms != 0) {
    tables_.put(tables_.t.expiry, expiry_key(head.expires_ms, id), {});
  }
}

void LmdbTransaction::erase_job(const JobId& id, const OwnerKey& owner, const Status& status) {
  remove_units(id);
  if (tables_.get(tables_.t.sizes, id.key())) {
    add_to(tables_.t.counters, bytes_key(), -static_cast<std::int64_t>(number_at(tables_.t.sizes, id.key())));
    tables_.erase(tables_.t.sizes, id.key());
  }
  tables_.erase_prefix(tables_.t.pages, id.key());
  tables_.erase_any(tables_.t.outputs, id.key());
  tables_.erase_any(tables_.t.fields, id.key());
  if (const auto once = tables_.get(tables_.t.once_of, id.key())) {
    tables_.erase_any(tables_.t.once, std::string(*once));
    tables_.erase(tables_.t.once_of, id.key());
  }
  outbox_.erase(id);
  tables_.erase_any(tables_.t.secrets, id.key());
  tables_.erase_any(tables_.t.jobs, id.key());
  tables_.erase(tables_.t.status, id.key());
  tables_.erase(tables_.t.by_owner, by_owner_key(owner, id));
  if (const auto expires_ms = status.head.expires_ms; expires_ms != 0) {
    tables_.erase(tables_.t.expiry, expiry_key(expires_ms, id));
  }
}

Result<std::vector<PageRecord>> LmdbTransaction::pages(const JobId& id) {
  Result<std::vector<PageRecord>> pages;
  tables_.each_with_prefix(tables_.t.pages, id.key(), [&](const lmdb::Entry& entry) {
    auto page = decode_page(entry.value);
    if (!page) {
      pages = pass_on(page);
      return false;
    }
    pages->push_back(std::move(*page));
    return true;
  });
  return pages;
}

Result<Outputs> LmdbTransaction::outputs(const JobId& id) {
  return decode_outputs(tables_.get(tables_.t.outputs, id.key()).value_or(std::string_view()));
}

std::vector<OutputFile> LmdbTransaction::output_files(const JobId& id) {
  // A record that cannot be read must not make its job undeletable; its file is then found by what does look at the
  // folder (Spool::remove_job).
  std::vector<OutputFile> output_files;
  const auto note = [&](const Outputs& outputs) {
    const auto& output_file = outputs.output_file;
    if (!outputs.sections.empty() && !outputs.bytes &&
        std::find(output_files.begin(), output_files.end(), output_file) == output_files.end()) {
      output_files.push_back(output_file);
    }
  };
  tables_.each_with_prefix(tables_.t.pages, id.key(), [&](const lmdb::Entry& entry) {
    if (const auto page = decode_page(entry.value)) {
      note(page->outputs);
    }
    return true;
  });
  if (const auto stored = tables_.get(tables_.t.outputs, id.key())) {
    if (const auto outputs = decode_outputs(*stored)) {
      note(*outputs);
    }
  }
  return output_files;
}

void LmdbTransaction::insert_pages(const JobId& id, std::span<const PageRecord> pages) {
  for (const auto& page : pages) {
    tables_.insert(tables_.t.pages, page_key(id, page.file, page.page), encode(page));
  }
}

void LmdbTransaction::put_outputs(const JobId& id, const Outputs& outputs) {
  tables_.put(tables_.t.outputs, id.key(), encode(outputs));
}

Result<std::optional<KnownRequest>> LmdbTransaction::find_request(const IdempotencyKey& key) {
  const auto stored = tables_.get(tables_.t.once, key.key());
  if (!stored) {
    return std::nullopt;
  }
  KeyReader value(*stored);
  KnownRequest request{.job = value.id()};
  const auto content = value_of<Sha256>(value.raw(sizeof(Sha256)));
  if (!value.ok() || !content) {
    return fail(ErrorCode::bad_record, "an entry of `once` has the wrong size");
  }
  request.content = *content;
  return request;
}

std::optional<JobId> LmdbTransaction::find_dedupe_source(const Sha256& fingerprint) {
  // A damaged entry counts as missing: the next job to be completed replaces it.
  const auto stored = tables_.get(tables_.t.originals, bytes_of(fingerprint));
  const auto id = stored ? JobId::from_key(*stored) : std::nullopt;
  return id && has_job(*id) ? id : std::nullopt;
}

void LmdbTransaction::put_dedupe_source(const Sha256& fingerprint, const JobId& id) {
  tables_.put(tables_.t.originals, bytes_of(fingerprint), id.key());
}

void LmdbTransaction::erase_dedupe_source(const Sha256& fingerprint, const JobId& id) {
  if (tables_.get(tables_.t.originals, bytes_of(fingerprint)) == id.key()) {
    tables_.erase(tables_.t.originals, bytes_of(fingerprint));
  }
}

StateCounts LmdbTransaction::counts_at(std::string_view key) {
  const auto stored = tables_.get(tables_.t.counters, key);
  return stored ? value_of<StateCounts>(*stored).value_or(StateCounts{}) : StateCounts{};
}

StateCounts LmdbTransaction::job_counts(const OwnerKey* owner) {
  return counts_at(owner != nullptr ? owner_counts_key(*owner) : all_counts_key());
}

void LmdbTransaction::count_job(const OwnerKey& owner, std::optional<State> from, std::optional<State> to) {
  for (const auto& key : {owner_counts_key(owner), all_counts_key()}) {
    auto counts = counts_at(key);
    if (from) {
      --counts[static_cast<std::size_t>(*from)];
    }
    if (to) {
      ++counts[static_cast<std::size_t>(*to)];
    }
    if (counts == StateCounts{}) {
      tables_.erase_any(tables_.t.counters, key);  // owners without jobs leave nothing behind
    } else {
      tables_.put(tables_.t.counters, key, bytes_of(counts));
    }
  }
}

std::uint64_t LmdbTransaction::number_at(lmdb::Table table, std::string_view key) {
  const auto stored = tables_.get(table, key);
  return stored ? value_of<std::uint64_t>(*stored).value_or(0) : 0;
}

void LmdbTransaction::add_to(lmdb::Table table, std::string_view key, std::int64_t more) {
  const auto sum = number_at(table, key) + static_cast<std::uint64_t>(more);
  tables_.put(table, key, bytes_of(sum));
}

std::uint64_t LmdbTransaction::used_bytes() {
  return options_.environment_bytes + number_at(tables_.t.counters, bytes_key());
}

void LmdbTransaction::count_bytes(const JobId& id, std::int64_t more) {
  if (more != 0) {
    add_to(tables_.t.sizes, id.key(), more);
    add_to(tables_.t.counters, bytes_key(), more);
  }
}

QueueCounts LmdbTransaction::count_in_pool(std::uint8_t pool, PoolEvent event, std::int64_t now_ms) {
  const auto before = queue_counts_of(tables_.get(tables_.t.counters, pool_key(pool)).value_or(std::string_view()));
  auto counts = before;
  count_event(counts, event, now_ms);
  tables_.put(tables_.t.counters, pool_key(pool), bytes_of(counts));
  return before;
}

std::uint64_t LmdbTransaction::append_events(const JobEvent& first, std::uint32_t count) {
  numbers_.change += count;
  tables_.append(tables_.t.changes, Key().number(numbers_.change), encode(ChangeRun{first, count}));
  ++appended_;
  return numbers_.change;
}

std::vector<PlacedUnit> LmdbTransaction::units(const JobId& id) {
  std::vector<PlacedUnit> units;
  Result<void> readable;
  tables_.each_with_prefix(tables_.t.units, id.key(), [&](const lmdb::Entry& entry) {
    auto unit = decode_placed_unit(entry.value);
    if (!unit) {
      readable = pass_on(unit);
      return false;
    }
    units.push_back(*unit);
    return true;
  });
  if (!readable) {
    // Without it the unit's place in the queue is unknown and would be left behind for ever.
    tables_.fail_with(std::move(readable.error()));
  }
  return units;
}

Result<std::vector<Lease>> LmdbTransaction::leases(const Holder& holder) {
  Result<std::vector<Lease>> leases;
  tables_.each_with_prefix(tables_.t.leased, holder.key(), [&](const lmdb::Entry& entry) {
    const auto lease = decode_lease(entry);
    if (!lease) {
      leases = pass_on(lease);
      return false;
    }
    leases->push_back(*lease);
    return true;
  });
  return leases;
}

void LmdbTransaction::queue_units(std::span<const Unit> units, const OwnerKey& taker, std::uint64_t place) {
  for (const auto& unit : units) {
    PlacedUnit placed{.unit = unit, .taker = taker, .place = place, .holder = {}};
    queue_.add(placed);
    place = placed.place;
  }
}

void LmdbTransaction::remove_units(const JobId& id) {
  for (const auto& unit : units(id)) {
    queue_.remove(unit);
  }
}

void LmdbTransaction::trim_events() {
  if (numbers_.change <= options_.kept_events) {
    return;
  }
  const auto newest_to_go = numbers_.change - options_.kept_events;
  if (appended_ == 0) {
    return;
  }
  for (auto left = appended_ + extra_trims; left > 0; --left) {
    const auto oldest = tables_.at_or_after(tables_.t.changes, {});
    if (!oldest) {
      return;
    }
    const auto number = KeyReader(oldest->key).number<std::uint64_t>();
    if (number > newest_to_go) {
      return;
    }
    tables_.erase(tables_.t.changes, Key().number(number));
  }
}

}  // namespace docket
