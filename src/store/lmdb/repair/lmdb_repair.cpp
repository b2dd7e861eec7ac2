// What is believed, in this order: a status, the job's units and pages, its record. From these all else is made anew:
// lines, leases, indexes and counters. A job whose own parts do not fit together cannot go on and fails, for what it
// lost is not known; one that is final stays what it is.
#include "store/lmdb/repair/lmdb_repair.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "job/codec/codec.h"
#include "job/progress/page_progress.h"
#include "job/progress/progress.h"
#include "job/turn_key.h"
#include "store/lmdb/repair/repair_indexes.h"
#include "store/lmdb/repair/repair_queue.h"
#include "store/lmdb/repair/repair_tables.h"

namespace docket {
namespace {

/// "1 entry", "2 entries".
std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// One repair. Lives as long as its write transaction, on its thread.
class Repair {
 public:
  Repair(lmdb::Txn txn, const Tables& tables, std::int64_t now_ms, std::vector<StateTransition>& told)
      : tables_(std::move(txn), tables), now_ms_(now_ms), told_(told) {}

  Result<std::vector<std::string>> run() {
    read_jobs();
    read_units();
    numbers();
    for (const auto& id : jobs_) {
      job(id);
    }
    leftovers();
    repair_job_indexes(tables_);
    waiting_ = repair_queue(tables_, units_, numbers_);
    repair_requests(tables_);
    repair_dedupe_sources(tables_);
    repair_outbox(tables_, now_ms_);
    counters();
    if (tables_.entries > 0) {
      tables_.mended.push_back(counted(tables_.entries, "entry", "entries") +
                               " of lines, indexes and counters put right");
    }
    if (auto committed = tables_.writer.commit(); !committed) {
      return pass_on(committed);
    }
    return std::move(tables_.mended);
  }

 private:
  /// What stands in `pages` of a job.
  struct PagesOfFile {
    std::uint32_t processed = 0;
    std::uint32_t failed = 0;
  };
  struct Pages {
    std::map<std::uint16_t, PagesOfFile> of_files;
    std::uint64_t bytes = 0;
  };

  void read_jobs() {
    tables_.each(tables_.t.status, [&](const lmdb::Entry& entry) {
      if (const auto id = JobId::from_key(entry.key)) {
        jobs_.push_back(*id);
        const auto view = StatusView::parse(entry.value);
        highest_change_ = std::max(highest_change_, view ? view->head.change : 0);
      }
    });
    tables_.entries +=
        tables_.erase_unless(tables_.t.status, {}, [](const auto& entry) { return entry.key.size() == sizeof(JobId); });
  }

  void read_units() {
    tables_.entries += tables_.erase_unless(tables_.t.units, {}, [&](const auto& entry) {
      auto unit = decode_placed_unit(entry.value);
      if (!unit || entry.key != std::string_view(unit_key(unit->unit.job, unit->unit.seq))) {
        return false;
      }
      highest_seq_ = std::max(highest_seq_, unit->unit.seq);
      units_[unit->unit.job].push_back(std::move(*unit));
      return true;
    });
  }

  /// What was given out must not be given out again; and `changes` ends with its last number, without gaps: of what
  /// listeners could not read, the end is kept.
  void numbers() {
    if (const auto stored = tables_.writer.get(tables_.t.counters, numbers_key())) {
      numbers_ = value_of<Numbers>(*stored).value_or(Numbers{});
    }
    numbers_.seq = std::max(numbers_.seq, highest_seq_);
    tables_.entries += tables_.erase_unless(tables_.t.changes, {},
                                            [](const auto& entry) { return decode_changes(entry).has_value(); });
    std::uint64_t from = 0;
    std::uint64_t last = 0;
    tables_.each(tables_.t.changes, [&](const lmdb::Entry& entry) {
      const auto number = KeyReader(entry.key).number<std::uint64_t>();
      const auto run = decode_changes(entry).value_or(ChangeRun{});
      from = first_number(run, number) == last + 1 ? from : number;
      last = number;
    });
    numbers_.change = std::max({numbers_.change, highest_change_, last});
    if (last != numbers_.change) {
      from = UINT64_MAX;
    }
    tables_.entries += tables_.erase_unless(
        tables_.t.changes, {}, [&](const auto& entry) { return KeyReader(entry.key).number<std::uint64_t>() >= from; });
  }

  void job(const JobId& id) {
    const auto stored = std::string(tables_.writer.get(tables_.t.status, id.key()).value_or(std::string_view()));
    auto status = decode_status(stored);
    if (!status) {
      if (!tables_.writer.failure()) {
        forget(id);
      }
      return;
    }
    const auto pages = pages_of(id);
    const auto record = mend_record(id, *status);
    const auto before = status->head.state;
    if (!is_final(before) && (!record || !fits_together(*status, id, pages))) {
      static_cast<void>(fail_job(*status, {ErrorCode::corrupt, "The store lost a part of this job."}, now_ms_));
      if (record) {
        settle_retention(*record, *status);
        if (!record->origin.log.empty()) {
          told_.push_back(
              {.from = before, .to = State::failed, .at_ms = now_ms_, .record = *record, .status = *status});
        }
      }
      tables_.say(id, "a part of it was lost: failed");
    }
    if (is_final(status->head.state)) {
      settle(id, *status, pages);
    }
    mend_parts(id, *status);
    if (status->head.change == 0 || encode(*status) != stored) {
      const auto kind = status->head.state == before ? JobEventKind::updated : JobEventKind::failed;
      status->head.change = ++numbers_.change;
      const JobEvent change{.owner = OwnerKey::of(status->owner), .job = id, .kind = kind};
      tables_.writer.append(tables_.t.changes, Key().number(numbers_.change), encode(ChangeRun{change}));
      tables_.writer.put(tables_.t.status, id.key(), encode(*status));
      ++tables_.entries;
    }
    index(id, *status, pages);
  }

  /// Nothing can be said of it any more. Its files are found by who looks for those without a job.
  void forget(const JobId& id) {
    for (const auto table : {tables_.t.status, tables_.t.jobs, tables_.t.fields, tables_.t.secrets, tables_.t.outputs,
                             tables_.t.sizes, tables_.t.callbacks, tables_.t.deliveries}) {
      tables_.writer.erase_any(table, id.key());
    }
    tables_.writer.erase_prefix(tables_.t.pages, id.key());
    drop_units(id);
    tables_.say(id, "its status cannot be read: removed");
  }

  void drop_units(const JobId& id) {
    if (const auto found = units_.find(id); found != units_.end()) {
      for (const auto& unit : found->second) {
        tables_.writer.erase(tables_.t.units, unit_key(id, unit.unit.seq));
        ++tables_.entries;
      }
      units_.erase(found);
    }
  }

  Pages pages_of(const JobId& id) {
    Pages pages;
    tables_.entries += tables_.erase_unless(tables_.t.pages, id.key(), [&](const auto& entry) {
      const auto page = decode_page(entry.value);
      if (!page || entry.key != std::string_view(page_key(id, page->file, page->page))) {
        return false;
      }
      pages.bytes += size_of(page->outputs);
      auto& of_file = pages.of_files[page->file];
      ++of_file.processed;
      of_file.failed += page->error == ErrorCode::none ? 0 : 1;
      return true;
    });
    return pages;
  }

  /// The job's record; the status says what it does, for it was written once. Nothing if it was lost: then there is
  /// one that says what the status does.
  std::optional<JobRecord> mend_record(const JobId& id, Status& status) {
    auto stored = decode_job(tables_.writer.get(tables_.t.jobs, id.key()).value_or(std::string_view()));
    auto& head = status.head;
    if (stored && stored->id == id) {
      status.owner = stored->owner;
      head.pool = stored->pool;
      head.priority = stored->priority;
      head.kind = kind_of(stored->work);
      head.input_gone = head.state == State::completed && !stored->keep_input ? 1 : 0;
      return std::move(*stored);
    }
    JobRecord record;
    record.id = id;
    record.owner = status.owner;
    record.pool = head.pool;
    record.priority = head.priority;
    if (head.kind == WorkKind::document) {
      record.document().options.formats = head.formats;
    } else {
      // Which program or request it was is not known any more, and so its job will fail.
      record.work = head.kind == WorkKind::upstream ? Work(UpstreamWork{}) : Work(CommandWork{});
    }
    record.keep_input = head.input_gone == 0;
    tables_.writer.put(tables_.t.jobs, id.key(), encode(record));
    tables_.say(id, "its record was lost: made again from its status");
    return std::nullopt;
  }

  bool fits_together(const Status& status, const JobId& id, const Pages& pages) {
    const auto found = units_.find(id);
    if (found == units_.end() || found->second.size() != status.head.units_left) {
      return false;
    }
    for (const auto& unit : found->second) {
      if (!is_unit_of(status, unit.unit) || (unit.holder && status.head.state != State::processing)) {
        return false;
      }
    }
    if (status.head.kind != WorkKind::document) {
      return true;  // what it counts are no pages
    }
    std::uint64_t processed = 0;
    for (const auto& [file, of_file] : pages.of_files) {
      processed += of_file.processed;
    }
    return processed == status.head.processed_pages;
  }

  /// Of a job that is final no unit is left, and it counts the pages there are.
  void settle(const JobId& id, Status& status, const Pages& pages) {
    drop_units(id);
    auto& head = status.head;
    head.units_left = 0;
    if (head.kind != WorkKind::document) {
      return;
    }
    const auto counted_before = head.processed_pages;
    head.processed_pages = head.failed_pages = 0;
    for (std::size_t i = 0; i < status.files.size(); ++i) {
      const auto found = pages.of_files.find(static_cast<std::uint16_t>(i));
      const auto of_file = found == pages.of_files.end() ? PagesOfFile{} : found->second;
      status.files[i].processed_pages = of_file.processed;
      status.files[i].failed_pages = of_file.failed;
      head.processed_pages += of_file.processed;
      head.failed_pages += of_file.failed;
    }
    if (head.processed_pages != counted_before) {
      tables_.say(id, "it counted " + std::to_string(counted_before) + " pages and has " +
                          std::to_string(head.processed_pages));
    }
  }

  void mend_parts(const JobId& id, Status& status) {
    auto& head = status.head;
    if (is_final(head.state)) {
      tables_.writer.erase_any(tables_.t.secrets, id.key());
    }
    if (head.state != State::completed) {
      tables_.writer.erase_any(tables_.t.outputs, id.key());
    }
    head.has_fields = tables_.has(tables_.t.fields, id.key()) ? 1 : 0;
    head.has_secret = tables_.has(tables_.t.secrets, id.key()) ? 1 : 0;
  }

  void index(const JobId& id, const Status& status, const Pages& pages) {
    const auto& head = status.head;
    auto bytes = input_size(status) + pages.bytes;
    if (const auto outputs = tables_.writer.get(tables_.t.outputs, id.key())) {
      bytes += size_of(decode_outputs(*outputs).value_or(Outputs{}));
    }
    bytes_ += bytes;
    if (bytes > 0 || tables_.has(tables_.t.sizes, id.key())) {
      tables_.put_if_other(tables_.t.sizes, id.key(), bytes_of(bytes));
    }
    const auto owner = OwnerKey::of(status.owner);
    tables_.put_if_other(tables_.t.by_owner, by_owner_key(owner, id), {});
    if (head.expires_ms != 0) {
      tables_.put_if_other(tables_.t.expiry, expiry_key(head.expires_ms, id), {});
    }
    ++states_[std::string(owner_counts_key(owner))][static_cast<std::size_t>(head.state)];
    ++states_[std::string(all_counts_key())][static_cast<std::size_t>(head.state)];
    auto& pool = pools_[head.pool];
    pool.accepted = std::max(pool.accepted, head.accept_no + 1);
    pool.started += head.started_ms == 0 && !is_final(head.state) ? 1 : 0;  // in line: turned round in counters()
    if (const auto found = units_.find(id); found != units_.end()) {
      for (auto& unit : found->second) {
        if (!takes_turns_for(unit.taker, owner)) {
          unit.taker = owner;  // it waits in a line of its job's
        }
        unit.unit.pool = head.pool;
        unit.unit.priority = head.priority;
      }
    }
  }

  /// What stands in the other tables of jobs that are not there, or is not what they say.
  void leftovers() {
    std::uint64_t count = 0;
    for (const auto table : {tables_.t.jobs, tables_.t.fields, tables_.t.secrets, tables_.t.outputs, tables_.t.pages,
                             tables_.t.sizes, tables_.t.callbacks}) {
      count += tables_.erase_unless(table, {}, [&](const auto& entry) {
        return tables_.has(tables_.t.status, entry.key.substr(0, sizeof(JobId)));
      });
    }
    std::vector<JobId> without_job;
    for (const auto& [id, units] : units_) {
      if (!tables_.has(tables_.t.status, id.key())) {
        without_job.push_back(id);
        count += units.size();
      }
    }
    for (const auto& id : without_job) {
      drop_units(id);
    }
    if (count > 0) {
      tables_.mended.push_back(counted(count, "entry", "entries") + " of jobs that do not exist removed");
    }
  }

  void counters() {
    RepairTables::Entries wanted;
    wanted[std::string(numbers_key())] = std::string(bytes_of(numbers_));
    if (bytes_ > 0 || tables_.has(tables_.t.counters, bytes_key())) {
      wanted[std::string(bytes_key())] = std::string(bytes_of(bytes_));
    }
    for (const auto& [key, states] : states_) {
      wanted[key] = std::string(bytes_of(states));
    }
    for (unsigned number = 0; number < waiting_.size(); ++number) {
      const auto pool = static_cast<std::uint8_t>(number);
      const auto stored = tables_.writer.get(tables_.t.counters, pool_key(pool));
      const auto found = pools_.find(pool);
      if (!stored && found == pools_.end() && waiting_[pool] == 0) {
        continue;
      }
      auto counts = queue_counts_of(stored.value_or(std::string_view()));
      const auto in_line = found == pools_.end() ? 0 : found->second.started;
      counts.accepted = std::max({counts.accepted, found == pools_.end() ? 0 : found->second.accepted, in_line});
      counts.started = counts.accepted - in_line;
      counts.waiting_units = waiting_[pool];
      wanted[std::string(pool_key(pool))] = std::string(bytes_of(counts));
    }
    tables_.make_equal(tables_.t.counters, wanted);
  }

  RepairTables tables_;
  std::int64_t now_ms_;
  std::vector<StateTransition>& told_;
  std::vector<JobId> jobs_;
  UnitsOfJobs units_;  ///< those that stay
  Numbers numbers_;
  std::uint64_t highest_seq_ = 0;
  std::uint64_t highest_change_ = 0;
  std::map<std::string, StateCounts> states_;  ///< by key of `counters`
  std::map<std::uint8_t, QueueCounts> pools_;  ///< `started` counts those that are not
  std::array<std::uint64_t, 256> waiting_{};
  std::uint64_t bytes_ = 0;  ///< of all jobs' files
};

}  // namespace

Result<std::vector<std::string>> repair_tables(LmdbEnvironment& environment, std::int64_t now_ms,
                                               std::vector<StateTransition>& told) {
  auto txn = environment.env.begin_write();
  if (!txn) {
    return pass_on(txn);
  }
  return Repair(std::move(*txn), environment.tables, now_ms, told).run();
}

}  // namespace docket
