#include "store/lmdb/lmdb_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "store/lmdb/lmdb_files_walk.h"
#include "store/lmdb/lmdb_listing.h"

namespace docket {
namespace {

tl::unexpected<Error> no_such_job() {
  return fail(ErrorCode::not_found, "there is no such job");
}

}  // namespace

Result<LmdbReader::Snapshot> LmdbReader::look() {
  if (looking_) {  // a second snapshot would take the first one's views away under its visitor
    return fail(ErrorCode::illegal_change, "a visitor used the reader that called it");
  }
  if (txn_) {
    if (txn_->renew()) {
      return Snapshot(*txn_, looking_);
    }
    txn_.reset();  // its slot is gone; a new transaction gets a new one
  }
  auto txn = environment_->env.begin_read();
  if (!txn) {
    return pass_on(txn);
  }
  txn_.emplace(std::move(*txn));
  return Snapshot(*txn_, looking_);
}

Result<QueueCounts> LmdbReader::counts_of(const lmdb::Txn& txn, std::uint8_t pool) const {
  const auto stored = txn.get(t_.counters, pool_key(pool));
  if (!stored) {
    return pass_on(stored);
  }
  return queue_counts_of(stored->value_or(std::string_view()));
}

Result<StatusView> LmdbReader::status_on(const lmdb::Txn& txn, const JobId& job) const {
  const auto stored = txn.get(t_.status, job.key());
  if (!stored) {
    return pass_on(stored);
  }
  return *stored ? StatusView::parse(**stored) : no_such_job();
}

Result<JobSummary> LmdbReader::summary(const JobId& job) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  const auto view = status_on(*snapshot->txn, job);
  if (!view) {
    return pass_on(view);
  }
  return JobSummary{view->head, std::string(view->owner)};
}

Result<void> LmdbReader::status(
    const JobId& job,
    const std::function<void(const StatusView&, std::string_view fields, const QueueCounts&)>& visit) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  const auto& txn = *snapshot->txn;
  const auto view = status_on(txn, job);
  if (!view) {
    return pass_on(view);
  }
  std::string_view fields;
  if (view->head.has_fields != 0) {
    auto found = txn.get(t_.fields, job.key());
    if (!found) {
      return pass_on(found);
    }
    fields = found->value_or(std::string_view());
  }
  auto counts = is_final(view->head.state) ? QueueCounts{} : counts_of(txn, view->head.pool);
  if (!counts) {
    return pass_on(counts);
  }
  visit(*view, fields, *counts);
  return {};
}

Result<Outputs> LmdbReader::outputs(const JobId& job) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto stored = snapshot->txn->get(t_.outputs, job.key());
  if (!stored) {
    return pass_on(stored);
  }
  if (!*stored) {
    return fail(ErrorCode::not_found, "the job has no outputs");
  }
  return decode_outputs(**stored);
}

Result<PageRecord> LmdbReader::page(const JobId& job, std::uint16_t file, std::uint32_t page) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto stored = snapshot->txn->get(t_.pages, page_key(job, file, page));
  if (!stored) {
    return pass_on(stored);
  }
  if (!*stored) {
    return fail(ErrorCode::not_found, "the page is not done");
  }
  return decode_page(**stored);
}

Result<JobRecord> LmdbReader::record(const JobId& job) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto stored = snapshot->txn->get(t_.jobs, job.key());
  if (!stored) {
    return pass_on(stored);
  }
  if (!*stored) {
    return no_such_job();
  }
  return decode_job(**stored);
}

Result<std::optional<JobId>> LmdbReader::list(const ListQuery& query,
                                              const std::function<void(const JobId&, const StatusView&)>& visit) {
  if (query.limit == 0) {
    return std::nullopt;
  }
  Listing listing{
      .query = query, .visit = visit, .owner = {}, .looked_at = query.before, .visited = {}, .go_on_before = {}};
  if (query.owner) {
    listing.owner = OwnerKey::of(*query.owner);
  }
  for (;;) {
    auto snapshot = look();
    if (!snapshot) {
      return pass_on(snapshot);
    }
    auto complete = list_on(*snapshot->txn, t_, listing);
    if (!complete) {
      return pass_on(complete);
    }
    if (*complete) {
      return listing.go_on_before;
    }
  }
}

Result<QueueCounts> LmdbReader::counts(std::uint8_t pool) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  return counts_of(*snapshot->txn, pool);
}

Result<std::uint64_t> LmdbReader::stored_bytes() {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto found = snapshot->txn->get(t_.counters, bytes_key());
  if (!found) {
    return pass_on(found);
  }
  return *found ? value_of<std::uint64_t>(**found).value_or(0) : 0;
}

Result<std::uint64_t> LmdbReader::last_change() {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto found = snapshot->txn->get(t_.counters, numbers_key());
  if (!found) {
    return pass_on(found);
  }
  return *found ? value_of<Numbers>(**found).value_or(Numbers{}).change : 0;
}

Result<ChangesRead> LmdbReader::changes(std::uint64_t after, std::uint32_t limit,
                                        const std::function<void(std::uint64_t number, const JobEvent&)>& visit) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto cursor = snapshot->txn->cursor(t_.changes);
  if (!cursor) {
    return pass_on(cursor);
  }
  ChangesRead read{.last = after};
  auto found = cursor->at_or_after(Key().number(after + 1));
  for (; found && *found; found = cursor->next()) {
    if (limit == 0) {
      read.more = true;
      break;
    }
    const auto number = KeyReader((*found)->key).number<std::uint64_t>();
    auto run = decode_changes(**found);
    if (!run) {
      return pass_on(run);
    }
    const auto first = first_number(*run, number);
    read.gap = first > read.last + 1;
    while (!read.gap && read.last < number && limit > 0) {
      --limit;
      auto change = run->first;
      change.page += static_cast<std::uint32_t>(++read.last - first);
      visit(read.last, change);
    }
    read.more = !read.gap && read.last < number;
    if (read.gap || read.more) {
      break;
    }
  }
  if (!found) {
    return pass_on(found);
  }
  return read;
}

Result<std::vector<JobId>> LmdbReader::expired(std::int64_t now_ms, std::uint32_t limit) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto cursor = snapshot->txn->cursor(t_.expiry);
  if (!cursor) {
    return pass_on(cursor);
  }
  std::vector<JobId> jobs;
  auto found = cursor->first();
  for (; found && *found && jobs.size() < limit; found = cursor->next()) {
    KeyReader key((*found)->key);
    const auto time = key.number<std::int64_t>();
    const auto job = key.id();
    if (!key.ok()) {
      return fail(ErrorCode::bad_record, "an entry of `expiry` has the wrong size");
    }
    if (time > now_ms) {
      break;
    }
    jobs.push_back(job);
  }
  if (!found) {
    return pass_on(found);
  }
  return jobs;
}

Result<StateCounts> LmdbReader::states(const std::optional<std::string>& owner) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto found = snapshot->txn->get(t_.counters, owner ? owner_counts_key(OwnerKey::of(*owner)) : all_counts_key());
  if (!found) {
    return pass_on(found);
  }
  if (!*found) {
    return StateCounts{};
  }
  const auto counts = value_of<StateCounts>(**found);
  return counts ? Result<StateCounts>(*counts) : fail(ErrorCode::bad_record, "a counter has the wrong size");
}

Result<std::optional<Delivery>> LmdbReader::delivery(const JobId& job) {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto stored = snapshot->txn->get(t_.deliveries, job.key());
  if (!stored) {
    return pass_on(stored);
  }
  if (!*stored) {
    return std::nullopt;
  }
  auto delivery = decode_delivery(**stored);
  if (!delivery) {
    return pass_on(delivery);
  }
  return std::move(*delivery);
}

Result<std::optional<std::int64_t>> LmdbReader::next_delivery(const SendingRoom& room) {
  if (room.deliveries == 0) {
    return std::nullopt;
  }
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto cursor = snapshot->txn->cursor(t_.outbox_heads);
  if (!cursor) {
    return pass_on(cursor);
  }
  auto found = cursor->first();
  for (; found && *found; found = cursor->next()) {  // passes by as many as are busy
    KeyReader key((*found)->key);
    const auto due_ms = key.number<std::int64_t>();
    if (room.left_for(key.number<Receiver>()) > 0) {
      return due_ms;
    }
  }
  if (!found) {
    return pass_on(found);
  }
  return std::nullopt;
}

Result<std::vector<Holder>> LmdbReader::holders() {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  std::vector<Holder> holders;
  for (const auto table : {t_.leased, t_.sending}) {
    auto cursor = snapshot->txn->cursor(table);
    if (!cursor) {
      return pass_on(cursor);
    }
    auto found = cursor->first();
    while (found && *found) {
      const auto holder = Holder::from_key((*found)->key.substr(0, sizeof(Holder)));
      if (!holder) {
        return fail(ErrorCode::bad_record, "an entry of `leased` or `sending` has the wrong size");
      }
      holders.push_back(*holder);
      // Behind all of this holder's: neither a unit nor a job has such a name.
      constexpr std::uint64_t last = UINT64_MAX;
      found = cursor->at_or_after(Key().raw(holder->key()).number(last).number(last));
    }
    if (!found) {
      return pass_on(found);
    }
  }
  std::sort(holders.begin(), holders.end());
  holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
  return holders;
}

Result<std::optional<JobId>> LmdbReader::files(const JobId& first, const JobId& last,
                                               const std::function<void(JobFiles)>& visit) {
  FilesWalk walk{.first = first, .last = last, .visit = visit, .visited = {}, .behind = {}};
  for (;;) {
    auto snapshot = look();
    if (!snapshot) {
      return pass_on(snapshot);
    }
    auto complete = walk_files_on(*snapshot->txn, t_, walk);
    if (!complete) {
      return pass_on(complete);
    }
    if (*complete) {
      return walk.behind;
    }
  }
}

Result<std::vector<Lease>> LmdbReader::leases() {
  auto snapshot = look();
  if (!snapshot) {
    return pass_on(snapshot);
  }
  auto cursor = snapshot->txn->cursor(t_.leased);
  if (!cursor) {
    return pass_on(cursor);
  }
  std::vector<Lease> leases;
  auto found = cursor->first();
  for (; found && *found; found = cursor->next()) {
    const auto lease = decode_lease(**found);
    if (!lease) {
      return pass_on(lease);
    }
    leases.push_back(*lease);
  }
  if (!found) {
    return pass_on(found);
  }
  return leases;
}

}  // namespace docket
