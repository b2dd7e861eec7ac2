#include "store/lmdb/repair/lmdb_check.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/hex.h"
#include "job/codec/codec.h"
#include "job/progress/page_progress.h"
#include "job/turn_key.h"

namespace docket {
namespace {

constexpr std::size_t max_sentences = 100;

std::string hex(std::string_view bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

/// One look at everything. Lives as long as the read transaction it was given, on its thread.
class Check {
 public:
  Check(const lmdb::Txn& txn, const Tables& tables) : txn_(txn), t_(tables) {}

  Result<std::vector<std::string>> run() {
    if (const auto stored = get(t_.counters, numbers_key())) {
      numbers_ = value_of<Numbers>(*stored).value_or(Numbers{});
    }
    units();
    pages();
    jobs();
    callbacks();
    lines();
    counters();
    changes();
    if (error_) {
      return fail(std::move(*error_));
    }
    if (more_ > 0) {
      found_.push_back("and " + std::to_string(more_) + " more");
    }
    return std::move(found_);
  }

 private:
  struct OfJob {
    std::uint32_t units = 0;
    std::uint32_t pages = 0;
    std::uint64_t page_bytes = 0;
  };

  void say(std::string sentence) {
    if (found_.size() < max_sentences) {
      found_.push_back(std::move(sentence));
    } else {
      ++more_;
    }
  }
  void expect(bool good, const std::string& sentence) {
    if (!good) {
      say(sentence);
    }
  }

  std::optional<std::string_view> get(lmdb::Table table, std::string_view key) {
    auto found = txn_.get(table, key);
    if (!found) {
      error_ = std::move(found.error());
      return std::nullopt;
    }
    return *found;
  }
  bool has(lmdb::Table table, std::string_view key) { return get(table, key).has_value(); }

  std::uint64_t entries(lmdb::Table table) {
    auto count = txn_.entries(table);
    if (!count) {
      error_ = std::move(count.error());
      return 0;
    }
    return *count;
  }

  template <class Visit>
  void each(lmdb::Table table, Visit&& visit) {
    auto cursor = txn_.cursor(table);
    if (!cursor) {
      error_ = std::move(cursor.error());
      return;
    }
    auto found = cursor->first();
    for (; found && *found; found = cursor->next()) {
      visit(**found);
    }
    if (!found) {
      error_ = std::move(found.error());
    }
  }

  void units() {
    std::uint64_t waiting = 0;
    std::uint64_t held = 0;
    std::uint64_t delayed = 0;
    each(t_.units, [&](const lmdb::Entry& entry) {
      const auto unit = decode_placed_unit(entry.value);
      if (!unit) {
        return say("unit " + hex(entry.key) + ": " + unit.error().detail);
      }
      const auto& id = unit->unit.job;
      const auto name = "unit " + std::to_string(unit->unit.seq) + " of " + id.text();
      ++of_job_[id].units;
      expect(entry.key == std::string_view(unit_key(id, unit->unit.seq)), name + ": its key is another's");
      expect(unit->unit.seq <= numbers_.seq, name + ": its number has not been given out");
      const auto status = get(t_.status, id.key());
      expect(status.has_value(), name + ": its job does not exist");
      if (const auto job = decode_status(status.value_or(std::string_view()))) {
        expect(takes_turns_for(unit->taker, OwnerKey::of(job->owner)) && unit->unit.pool == job->head.pool &&
                   unit->unit.priority == job->head.priority,
               name + ": its line is not its job's");
        expect(!unit->holder || job->head.state == State::processing, name + ": it is held, and its job not begun");
        expect(is_unit_of(*job, unit->unit), name + ": its file or its pages are not its job's");
      }
      if (unit->holder) {
        ++held;
        const auto lease = get(t_.leased, leased_key(*unit->holder, unit->unit.seq));
        expect(lease == std::string_view(Key().raw(id.key()).number(unit->unit.attempt)),
               name + ": it is held without a lease");
      } else if (unit->unit.not_before_s != 0) {
        ++delayed;
        ++waiting_[unit->unit.pool];
        expect(get(t_.delayed, delayed_key(unit->unit)) == id.key(), name + ": it waits for a time and for none");
      } else {
        ++waiting;
        ++waiting_[unit->unit.pool];
        lines_.insert(std::string(line_of(*unit)));
        expect(get(t_.fifo, fifo_key(*unit)) == id.key(), name + ": it waits and is in no line");
      }
    });
    expect(entries(t_.fifo) == waiting, "`fifo` has entries without a unit");
    expect(entries(t_.leased) == held, "`leased` has entries without a unit");
    expect(entries(t_.delayed) == delayed, "`delayed` has entries without a unit");
  }

  void lines() {
    for (const auto& line : lines_) {
      KeyReader key(line);
      const auto taker = key.owner();
      const auto pool = key.number<std::uint8_t>();
      const auto priority = key.number<std::uint8_t>();
      const auto stored = get(t_.ring_of, line);
      const auto turn = decode_line_turn(stored.value_or(std::string_view()));
      if (!turn) {
        say("line " + hex(line) + (stored ? ": its turn cannot be read" : " has units and no turn"));
        continue;
      }
      expect(turn->turn <= numbers_.turn, "line " + hex(line) + ": its turn has not been given out");
      expect(turn->last <= numbers_.seq && turn->limit <= numbers_.seq,
             "line " + hex(line) + ": a job had a turn that is not there yet");
      expect(has(t_.ring, ring_key(pool, priority, turn->turn, taker)), "line " + hex(line) + " is not in the ring");
    }
    expect(entries(t_.ring_of) == lines_.size(), "`ring_of` has lines without units");
    expect(entries(t_.ring) == lines_.size(), "`ring` has lines without units");
  }

  void pages() {
    each(t_.pages, [&](const lmdb::Entry& entry) {
      KeyReader key(entry.key);
      const auto id = key.id();
      const auto page = decode_page(entry.value);
      if (!page) {
        return say("a page of " + id.text() + ": " + page.error().detail);
      }
      ++of_job_[id].pages;
      of_job_[id].page_bytes += size_of(page->outputs);
      expect(entry.key == std::string_view(page_key(id, page->file, page->page)),
             "a page of " + id.text() + " stands under another's key");
    });
  }

  void jobs() {
    std::uint64_t with_fields = 0;
    std::uint64_t with_secret = 0;
    std::uint64_t with_size = 0;
    std::uint64_t expiring = 0;
    std::uint64_t completed = 0;
    std::size_t with_parts = 0;
    each(t_.status, [&](const lmdb::Entry& entry) {
      const auto id = JobId::from_key(entry.key).value_or(JobId{});
      const auto name = "job " + id.text();
      const auto status = decode_status(entry.value);
      if (!status) {
        return say(name + ": " + status.error().detail);
      }
      const auto& head = status->head;
      const auto owner = OwnerKey::of(status->owner);
      const auto parts = of_job_.find(id);
      const auto of_job = parts == of_job_.end() ? OfJob{} : parts->second;
      with_parts += parts == of_job_.end() ? 0 : 1;
      auto bytes = input_size(*status) + of_job.page_bytes;
      if (const auto outputs = get(t_.outputs, id.key())) {
        bytes += size_of(decode_outputs(*outputs).value_or(Outputs{}));
      }
      bytes_ += bytes;
      const auto size = get(t_.sizes, id.key());
      const auto counted = size ? value_of<std::uint64_t>(*size).value_or(0) : 0;
      expect(counted == bytes, name + ": its files are counted as " + std::to_string(counted) + " bytes and have " +
                                   std::to_string(bytes));
      with_size += size ? 1 : 0;
      with_fields += head.has_fields;
      with_secret += head.has_secret;
      expiring += head.expires_ms != 0 ? 1 : 0;
      completed += head.state == State::completed ? 1 : 0;
      ++states_[owner][static_cast<std::size_t>(head.state) % 4];
      ++all_states_[static_cast<std::size_t>(head.state) % 4];
      in_line_[head.pool] += head.started_ms == 0 && !is_final(head.state) ? 1 : 0;

      const auto record = get(t_.jobs, id.key());
      const auto job = decode_job(record.value_or(std::string_view()));
      expect(job.has_value(), name + ": its record is missing or cannot be read");
      expect(!job || (job->id == id && job->owner == status->owner && job->pool == head.pool &&
                      job->priority == head.priority &&
                      (head.input_gone != 0) == (head.state == State::completed && !job->keep_input)),
             name + ": its record and its status differ");
      expect(has(t_.by_owner, by_owner_key(owner, id)), name + " is not in `by_owner`");
      expect(has(t_.fields, id.key()) == (head.has_fields != 0), name + ": its fields and `has_fields` differ");
      expect(has(t_.secrets, id.key()) == (head.has_secret != 0), name + ": its secret and `has_secret` differ");
      expect(head.has_secret == 0 || !is_final(head.state), name + ": it is final and has a secret");
      expect(head.expires_ms == 0 || has(t_.expiry, expiry_key(head.expires_ms, id)), name + " is not in `expiry`");
      expect(has(t_.outputs, id.key()) == (head.state == State::completed),
             name + ": it has outputs and is not completed, or the other way round");
      expect(head.units_left == of_job.units, name + ": it counts " + std::to_string(head.units_left) +
                                                  " units and has " + std::to_string(of_job.units));
      expect(head.kind != WorkKind::document || head.processed_pages == of_job.pages,
             name + ": it counts " + std::to_string(head.processed_pages) + " pages and has " +
                 std::to_string(of_job.pages));
      expect(is_final(head.state) == (head.units_left == 0), name + ": final jobs, and no others, have no units");
      expect(head.change != 0 && head.change <= numbers_.change, name + ": its change has not been given out");
    });
    each(t_.once_of, [&](const lmdb::Entry& entry) {
      const auto once = get(t_.once, entry.value);
      expect(has(t_.status, entry.key), "`once_of` has an entry without a job");
      expect(once && once->starts_with(entry.key), "`once` and `once_of` differ");
    });
    expect(entries(t_.once) == entries(t_.once_of), "`once` and `once_of` differ in number");
    each(t_.originals, [&](const lmdb::Entry& entry) {
      const auto status = decode_status(get(t_.status, entry.value).value_or(std::string_view()));
      const auto job = decode_job(get(t_.jobs, entry.value).value_or(std::string_view()));
      expect(status && is_dedupe_source(*status), "`originals` has an entry without a job that was completed");
      expect(job && job->fingerprint && bytes_of(*job->fingerprint) == entry.key,
             "`originals` has an entry of another job");
    });
    const auto count = entries(t_.status);
    expect(entries(t_.jobs) == count, "`jobs` and `status` differ in number");
    expect(entries(t_.by_owner) == count, "`by_owner` and `status` differ in number");
    expect(entries(t_.fields) == with_fields, "`fields` has entries without a job");
    expect(entries(t_.secrets) == with_secret, "`secrets` has entries without a job");
    expect(entries(t_.sizes) == with_size, "`sizes` has entries without a job");
    expect(entries(t_.expiry) == expiring, "`expiry` has entries without a job");
    expect(entries(t_.outputs) == completed, "`outputs` has entries without a job");
    expect(with_parts == of_job_.size(), "there are units or pages without a job");
  }

  void callbacks() {
    std::uint64_t final_ones = 0;
    std::uint64_t waiting = 0;
    std::uint64_t sending = 0;
    each(t_.callbacks, [&](const lmdb::Entry& entry) {
      const auto id = JobId::from_key(entry.key).value_or(JobId{});
      const auto name = "the callback of " + id.text();
      const auto callback = decode_callback(entry.value);
      if (!callback) {
        return say(name + ": " + callback.error().detail);
      }
      const auto status = StatusView::parse(get(t_.status, id.key()).value_or(std::string_view()));
      const auto stored = get(t_.deliveries, id.key());
      expect(status.has_value(), name + ": its job does not exist");
      expect(!status || is_final(status->head.state) == stored.has_value(),
             name + ": final jobs, and no others, have a delivery");
      const auto delivery = decode_delivery(stored.value_or(std::string_view()));
      if (!stored || !delivery) {
        return expect(!stored, name + ": its delivery cannot be read");
      }
      ++final_ones;
      if (delivery->state == DeliveryState::waiting) {
        ++waiting;
        expect(has(t_.outbox, outbox_key(receiver_of(callback->url), delivery->due_ms, id)),
               name + ": it waits and is not in the outbox");
      } else if (delivery->state == DeliveryState::sending) {
        ++sending;
        expect(has(t_.sending, sending_key(delivery->holder, id)), name + ": it is held and not in `sending`");
      }
    });
    expect(entries(t_.deliveries) == final_ones, "`deliveries` has entries without a callback");
    expect(entries(t_.outbox) == waiting, "`outbox` has entries without a delivery");
    std::uint64_t heads = 0;
    std::optional<Receiver> last;
    each(t_.outbox, [&](const lmdb::Entry& entry) {
      KeyReader key(entry.key);
      const auto receiver = key.number<Receiver>();
      if (receiver != last) {
        ++heads;
        expect(has(t_.outbox_heads, outbox_head_key(key.number<std::int64_t>(), receiver)),
               "the line of a receiver has a head that is not in `outbox_heads`");
      }
      last = receiver;
    });
    expect(entries(t_.outbox_heads) == heads, "`outbox_heads` has entries without a line");
    expect(entries(t_.sending) == sending, "`sending` has entries without a delivery");
  }

  void counters() {
    std::uint64_t expected = 0;
    std::uint64_t counted_bytes = 0;
    each(t_.counters, [&](const lmdb::Entry& entry) {
      if (entry.key.starts_with("p")) {
        const auto pool = KeyReader(entry.key.substr(1)).number<std::uint8_t>();
        const auto counts = queue_counts_of(entry.value);
        const auto name = "pool " + std::to_string(pool);
        expect(counts.waiting_units == waiting_[pool], name + " counts " + std::to_string(counts.waiting_units) +
                                                           " waiting units and has " + std::to_string(waiting_[pool]));
        expect(counts.accepted - counts.started == in_line_[pool],
               name + " counts " + std::to_string(counts.accepted - counts.started) +
                   " jobs that were not taken up and has " + std::to_string(in_line_[pool]));
      } else if (entry.key == std::string_view(bytes_key())) {
        counted_bytes = value_of<std::uint64_t>(entry.value).value_or(0);
      } else if (entry.key.starts_with("o")) {
        ++expected;
        const auto owner = KeyReader(entry.key.substr(1)).owner();
        expect(value_of<StateCounts>(entry.value) == states_[owner],
               "owner " + hex(owner.key()) + ": the counts of states are wrong");
      }
    });
    expect(counted_bytes == bytes_,
           "the files are counted as " + std::to_string(counted_bytes) + " bytes and have " + std::to_string(bytes_));
    std::erase_if(states_, [](const auto& entry) { return entry.second == StateCounts{}; });
    expect(expected == states_.size(), "an owner's counts of states are missing");
    const auto all = get(t_.counters, all_counts_key());
    expect((all ? value_of<StateCounts>(*all) : StateCounts{}) == all_states_, "the counts of states of all are wrong");
  }

  void changes() {
    std::optional<std::uint64_t> last;
    each(t_.changes, [&](const lmdb::Entry& entry) {
      const auto number = KeyReader(entry.key).number<std::uint64_t>();
      const auto run = decode_changes(entry);
      expect(run.has_value(), "change " + std::to_string(number) + " cannot be read");
      const auto first = first_number(run.value_or(ChangeRun{}), number);
      expect(!last || first == *last + 1, "`changes` has a gap before " + std::to_string(first));
      last = number;
    });
    expect(last.value_or(numbers_.change) == numbers_.change, "`changes` does not end with the last number");
  }

  const lmdb::Txn& txn_;
  const Tables& t_;
  Numbers numbers_;
  std::map<JobId, OfJob> of_job_;
  std::set<std::string> lines_;
  std::array<std::uint64_t, 256> waiting_{};
  std::array<std::uint64_t, 256> in_line_{};
  std::map<OwnerKey, StateCounts> states_;
  StateCounts all_states_{};
  std::uint64_t bytes_ = 0;  ///< of all jobs' files
  std::vector<std::string> found_;
  std::size_t more_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<std::string>> check_tables(LmdbEnvironment& environment) {
  auto txn = environment.env.begin_read();
  if (!txn) {
    return pass_on(txn);
  }
  return Check(*txn, environment.tables).run();
}

}  // namespace docket
