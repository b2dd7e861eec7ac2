// What is believed, in this order: a status, the job's units and pages, its record. From these all else is made anew:
// lines, leases, indexes and counters. A job whose own parts do not fit together cannot go on and fails, for what it
// lost is not known; one that is final stays what it is.
#include "store/lmdb/lmdb_repair.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "job/codec.h"
#include "store/lmdb/lmdb_writer.h"
#include "job/page_progress.h"
#include "job/progress.h"
#include "core/turn_key.h"

namespace docket {
namespace {

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// One repair. Lives as long as its write transaction, on its thread.
class Repair {
 public:
  Repair(lmdb::Txn txn, const Tables& tables, std::int64_t now_ms, std::vector<StateChange>& told)
      : w_(std::move(txn), tables), t_(tables), now_ms_(now_ms), told_(told) {}

  Result<std::vector<std::string>> run() {
    read_jobs();
    read_units();
    numbers();
    for (const auto& id : jobs_) {
      job(id);
    }
    leftovers();
    queue();
    once();
    originals();
    outbox();
    counters();
    if (entries_ > 0) {
      mended_.push_back(counted(entries_, "entry", "entries") + " of lines, indexes and counters put right");
    }
    if (auto committed = w_.commit(); !committed) {
      return tl::unexpected(std::move(committed.error()));
    }
    return std::move(mended_);
  }

 private:
  using Entries = std::map<std::string, std::string>;

  /// What stands in `pages` of a job.
  struct PagesOfFile {
    std::uint32_t processed = 0;
    std::uint32_t failed = 0;
  };
  struct Pages {
    std::map<std::uint16_t, PagesOfFile> of_files;
    std::uint64_t bytes = 0;
  };

  bool has(lmdb::Table table, std::string_view key) { return w_.get(table, key).has_value(); }

  template <class Visit>
  void each(lmdb::Table table, Visit&& visit) {
    w_.each_with_prefix(table, {}, [&](const lmdb::Entry& entry) {
      visit(entry);
      return true;
    });
  }

  /// Removes the entries that are not `kept(entry)`; returns how many.
  template <class Kept>
  std::uint64_t erase_unless(lmdb::Table table, std::string_view prefix, Kept&& kept) {
    std::vector<std::string> keys;
    w_.each_with_prefix(table, prefix, [&](const lmdb::Entry& entry) {
      if (!kept(entry)) {
        keys.emplace_back(entry.key);
      }
      return true;
    });
    for (const auto& key : keys) {
      w_.erase(table, key);
    }
    return keys.size();
  }

  /// Makes a table hold `wanted` and nothing else; writes only what differs.
  void make_equal(lmdb::Table table, const Entries& wanted) {
    entries_ += erase_unless(table, {}, [&](const auto& entry) { return wanted.contains(std::string(entry.key)); });
    for (const auto& [key, value] : wanted) {
      put_if_other(table, key, value);
    }
  }
  void put_if_other(lmdb::Table table, std::string_view key, std::string_view value) {
    if (w_.get(table, key) != value) {
      w_.put(table, key, value);
      ++entries_;
    }
  }

  void read_jobs() {
    each(t_.status, [&](const lmdb::Entry& entry) {
      if (const auto id = JobId::from_key(entry.key)) {
        jobs_.push_back(*id);
        const auto view = StatusView::parse(entry.value);
        highest_change_ = std::max(highest_change_, view ? view->head.change : 0);
      }
    });
    entries_ += erase_unless(t_.status, {}, [](const auto& entry) { return entry.key.size() == sizeof(JobId); });
  }

  void read_units() {
    entries_ += erase_unless(t_.units, {}, [&](const auto& entry) {
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
    if (const auto stored = w_.get(t_.counters, numbers_key())) {
      numbers_ = value_of<Numbers>(*stored).value_or(Numbers{});
    }
    numbers_.seq = std::max(numbers_.seq, highest_seq_);
    entries_ += erase_unless(t_.changes, {}, [](const auto& entry) { return decode_changes(entry).has_value(); });
    std::uint64_t from = 0;
    std::uint64_t last = 0;
    each(t_.changes, [&](const lmdb::Entry& entry) {
      const auto number = KeyReader(entry.key).number<std::uint64_t>();
      const auto run = decode_changes(entry).value_or(ChangeRun{});
      from = first_number(run, number) == last + 1 ? from : number;
      last = number;
    });
    numbers_.change = std::max({numbers_.change, highest_change_, last});
    if (last != numbers_.change) {
      from = UINT64_MAX;
    }
    entries_ += erase_unless(t_.changes, {},
                             [&](const auto& entry) { return KeyReader(entry.key).number<std::uint64_t>() >= from; });
  }

  void job(const JobId& id) {
    const auto stored = std::string(w_.get(t_.status, id.key()).value_or(std::string_view()));
    auto status = decode_status(stored);
    if (!status) {
      if (!w_.failure()) {
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
      say(id, "a part of it was lost: failed");
    }
    if (is_final(status->head.state)) {
      settle(id, *status, pages);
    }
    mend_parts(id, *status);
    if (status->head.change == 0 || encode(*status) != stored) {
      const auto kind = status->head.state == before ? ChangeKind::updated : ChangeKind::failed;
      status->head.change = ++numbers_.change;
      const ChangeEntry change{.owner = OwnerKey::of(status->owner), .job = id, .kind = kind};
      w_.append(t_.changes, Key().number(numbers_.change), encode(ChangeRun{change}));
      w_.put(t_.status, id.key(), encode(*status));
      ++entries_;
    }
    index(id, *status, pages);
  }

  /// Nothing can be said of it any more. Its files are found by who looks for those without a job.
  void forget(const JobId& id) {
    for (const auto table :
         {t_.status, t_.jobs, t_.fields, t_.secrets, t_.outputs, t_.sizes, t_.callbacks, t_.deliveries}) {
      w_.erase_any(table, id.key());
    }
    w_.erase_prefix(t_.pages, id.key());
    drop_units(id);
    say(id, "its status cannot be read: removed");
  }

  void drop_units(const JobId& id) {
    if (const auto found = units_.find(id); found != units_.end()) {
      for (const auto& unit : found->second) {
        w_.erase(t_.units, unit_key(id, unit.unit.seq));
        ++entries_;
      }
      units_.erase(found);
    }
  }

  Pages pages_of(const JobId& id) {
    Pages pages;
    entries_ += erase_unless(t_.pages, id.key(), [&](const auto& entry) {
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
    auto stored = decode_job(w_.get(t_.jobs, id.key()).value_or(std::string_view()));
    auto& head = status.head;
    if (stored && stored->id == id) {
      status.owner = stored->owner;
      head.pool = stored->pool;
      head.priority = stored->priority;
      head.input_gone = head.state == State::completed && !stored->keep_input ? 1 : 0;
      return std::move(*stored);
    }
    JobRecord record;
    record.id = id;
    record.owner = status.owner;
    record.pool = head.pool;
    record.priority = head.priority;
    record.options.formats = head.formats;
    record.keep_input = head.input_gone == 0;
    w_.put(t_.jobs, id.key(), encode(record));
    say(id, "its record was lost: made again from its status");
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
      say(id,
          "it counted " + std::to_string(counted_before) + " pages and has " + std::to_string(head.processed_pages));
    }
  }

  void mend_parts(const JobId& id, Status& status) {
    auto& head = status.head;
    if (is_final(head.state)) {
      w_.erase_any(t_.secrets, id.key());
    }
    if (head.state != State::completed) {
      w_.erase_any(t_.outputs, id.key());
    }
    head.has_fields = has(t_.fields, id.key()) ? 1 : 0;
    head.has_secret = has(t_.secrets, id.key()) ? 1 : 0;
  }

  void index(const JobId& id, const Status& status, const Pages& pages) {
    const auto& head = status.head;
    auto bytes = input_size(status) + pages.bytes;
    if (const auto outputs = w_.get(t_.outputs, id.key())) {
      bytes += size_of(decode_outputs(*outputs).value_or(Outputs{}));
    }
    bytes_ += bytes;
    if (bytes > 0 || has(t_.sizes, id.key())) {
      put_if_other(t_.sizes, id.key(), bytes_of(bytes));
    }
    const auto owner = OwnerKey::of(status.owner);
    put_if_other(t_.by_owner, by_owner_key(owner, id), {});
    if (head.expires_ms != 0) {
      put_if_other(t_.expiry, expiry_key(head.expires_ms, id), {});
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
    for (const auto table : {t_.jobs, t_.fields, t_.secrets, t_.outputs, t_.pages, t_.sizes, t_.callbacks}) {
      count += erase_unless(table, {},
                            [&](const auto& entry) { return has(t_.status, entry.key.substr(0, sizeof(JobId))); });
    }
    std::vector<JobId> without_job;
    for (const auto& [id, units] : units_) {
      if (!has(t_.status, id.key())) {
        without_job.push_back(id);
        count += units.size();
      }
    }
    for (const auto& id : without_job) {
      drop_units(id);
    }
    if (count > 0) {
      mended_.push_back(counted(count, "entry", "entries") + " of jobs that do not exist removed");
    }
    entries_ += erase_unless(t_.by_owner, {}, [&](const auto& entry) {
      KeyReader key(entry.key);
      const auto owner = key.owner();
      const auto status = w_.get(t_.status, key.inverted_id().key());
      const auto view = StatusView::parse(status.value_or(std::string_view()));
      return key.ok() && view && OwnerKey::of(view->owner) == owner;
    });
    entries_ += erase_unless(t_.expiry, {}, [&](const auto& entry) {
      KeyReader key(entry.key);
      const auto time = key.number<std::int64_t>();
      const auto status = w_.get(t_.status, key.id().key());
      const auto view = StatusView::parse(status.value_or(std::string_view()));
      return key.ok() && view && view->head.expires_ms == time;
    });
  }

  /// Where each unit is told by itself: it waits in its line, or somebody has it.
  void queue() {
    Entries fifo;
    Entries leased;
    std::set<std::string> lines;
    for (const auto& [id, units] : units_) {
      for (const auto& unit : units) {
        put_if_other(t_.units, unit_key(id, unit.unit.seq), encode(unit));
        if (unit.holder) {
          leased[std::string(leased_key(*unit.holder, unit.unit.seq))] =
              std::string(Key().raw(id.key()).number(unit.unit.attempt));
        } else {
          fifo[std::string(fifo_key(unit))] = std::string(id.key());
          lines.insert(std::string(line_of(unit)));
          ++waiting_[unit.unit.pool];
        }
      }
    }
    make_equal(t_.fifo, fifo);
    make_equal(t_.leased, leased);
    turns(lines);
  }

  /// Every line that had a turn keeps it; the others come after all that were given out.
  void turns(const std::set<std::string>& lines) {
    Entries known;
    each(t_.ring_of, [&](const lmdb::Entry& entry) {
      const auto turn = decode_line_turn(entry.value);
      if (turn && lines.contains(std::string(entry.key)) && turn->last <= numbers_.seq && turn->limit <= numbers_.seq) {
        known[std::string(entry.key)] = std::string(entry.value);
        numbers_.turn = std::max(numbers_.turn, turn->turn);
      }
    });
    Entries ring;
    Entries ring_of;
    for (const auto& line : lines) {
      KeyReader key(line);
      const auto taker = key.owner();
      const auto pool = key.number<std::uint8_t>();
      const auto priority = key.number<std::uint8_t>();
      const auto found = known.find(line);
      ring_of[line] = found != known.end() ? found->second : std::string(encode(LineTurn{.turn = ++numbers_.turn}));
      ring[std::string(ring_key(pool, priority, decode_line_turn(ring_of[line])->turn, taker))] = {};
    }
    make_equal(t_.ring, ring);
    make_equal(t_.ring_of, ring_of);
  }

  /// What keys made which jobs: one each. A key whose content is not known any more is free again.
  void once() {
    Entries once_of;
    entries_ += erase_unless(t_.once, {}, [&](const auto& entry) {
      KeyReader value(entry.value);
      const auto id = value.id();
      value.raw(sizeof(Once::content));
      return value.ok() && entry.key.size() == sizeof(OnceKey) && has(t_.status, id.key()) &&
             once_of.try_emplace(std::string(id.key()), entry.key).second;
    });
    make_equal(t_.once_of, once_of);
  }

  /// Who is in doubt is no original any more: the next one to be completed is.
  void originals() {
    entries_ += erase_unless(t_.originals, {}, [&](const auto& entry) {
      const auto status = decode_status(w_.get(t_.status, entry.value).value_or(std::string_view()));
      const auto job = decode_job(w_.get(t_.jobs, entry.value).value_or(std::string_view()));
      return status && is_original(*status) && job && job->sameness && bytes_of(*job->sameness) == entry.key;
    });
  }

  /// Whoever is to be told of a job that is final is told: of a delivery that cannot be read, once more.
  void outbox() {
    Entries callbacks;
    entries_ += erase_unless(t_.callbacks, {}, [&](const auto& entry) {
      return decode_callback(entry.value) && callbacks.try_emplace(std::string(entry.key), entry.value).second;
    });
    Entries deliveries;
    Entries waiting;
    Entries sending;
    for (const auto& [key, value] : callbacks) {
      const auto id = JobId::from_key(key).value_or(JobId{});
      const auto status = StatusView::parse(w_.get(t_.status, key).value_or(std::string_view()));
      if (!status || !is_final(status->head.state)) {
        continue;
      }
      const auto callback = decode_callback(value);
      const auto stored = decode_delivery(w_.get(t_.deliveries, key).value_or(std::string_view()));
      const auto delivery = stored ? *stored : begin_delivery(*callback, now_ms_);
      deliveries[key] = encode(delivery);
      if (delivery.state == DeliveryState::waiting) {
        waiting[std::string(outbox_key(receiver_of(callback->url), delivery.due_ms, id))] = {};
      } else if (delivery.state == DeliveryState::sending) {
        sending[std::string(sending_key(delivery.holder, id))] = {};
      }
    }
    make_equal(t_.deliveries, deliveries);
    Entries heads;
    std::optional<Receiver> last;
    for (const auto& [key, nothing] : waiting) {
      KeyReader reader(key);
      const auto receiver = reader.number<Receiver>();
      if (receiver != last) {
        heads[std::string(outbox_head_key(reader.number<std::int64_t>(), receiver))] = {};
      }
      last = receiver;
    }
    make_equal(t_.outbox, waiting);
    make_equal(t_.outbox_heads, heads);
    make_equal(t_.sending, sending);
  }

  void counters() {
    Entries wanted;
    wanted[std::string(numbers_key())] = std::string(bytes_of(numbers_));
    if (bytes_ > 0 || has(t_.counters, bytes_key())) {
      wanted[std::string(bytes_key())] = std::string(bytes_of(bytes_));
    }
    for (const auto& [key, states] : states_) {
      wanted[key] = std::string(bytes_of(states));
    }
    for (unsigned number = 0; number < waiting_.size(); ++number) {
      const auto pool = static_cast<std::uint8_t>(number);
      const auto stored = w_.get(t_.counters, pool_key(pool));
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
    make_equal(t_.counters, wanted);
  }

  void say(const JobId& id, const std::string& sentence) { mended_.push_back("job " + id.text() + ": " + sentence); }

  TableWriter w_;
  const Tables& t_;
  std::int64_t now_ms_;
  std::vector<StateChange>& told_;
  std::vector<JobId> jobs_;
  std::map<JobId, std::vector<PlacedUnit>> units_;  ///< those that stay
  Numbers numbers_;
  std::uint64_t highest_seq_ = 0;
  std::uint64_t highest_change_ = 0;
  std::map<std::string, StateCounts> states_;  ///< by key of `counters`
  std::map<std::uint8_t, QueueCounts> pools_;  ///< `started` counts those that are not
  std::array<std::uint64_t, 256> waiting_{};
  std::uint64_t bytes_ = 0;  ///< of all jobs' files
  std::vector<std::string> mended_;
  std::uint64_t entries_ = 0;  ///< smaller things that were mended
};

}  // namespace

Result<std::vector<std::string>> repair_tables(LmdbEnvironment& environment, std::int64_t now_ms,
                                               std::vector<StateChange>& told) {
  auto txn = environment.env.begin_write();
  if (!txn) {
    return tl::unexpected(std::move(txn.error()));
  }
  return Repair(std::move(*txn), environment.tables, now_ms, told).run();
}

}  // namespace docket
