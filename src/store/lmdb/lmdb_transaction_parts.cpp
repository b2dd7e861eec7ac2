// What the changes of lmdb_changes.cpp are put together from.
#include <algorithm>
#include <iterator>
#include <utility>

#include "store/lmdb/lmdb_transaction.h"
#include "core/page_numbers.h"

namespace docket {
namespace {

/// Oldest entries removed beyond one for each that was added, so that a store whose limit was lowered gets there
/// without a long transaction.
constexpr std::uint64_t extra_trims = 4;

}  // namespace

ChangeWriter::ChangeWriter(lmdb::Txn txn, const Tables& tables, Rules rules)
    : tables_(std::move(txn), tables), rules_(std::move(rules)), queue_(tables_, numbers_) {
  if (const auto stored = tables_.get(tables_.t.counters, numbers_key())) {
    numbers_ = value_of<Numbers>(*stored).value_or(Numbers{});
  }
  stored_numbers_ = numbers_;
}

Result<void> ChangeWriter::commit() {
  trim_changes();
  if (numbers_ != stored_numbers_) {
    tables_.put(tables_.t.counters, numbers_key(), bytes_of(numbers_));
  }
  return tables_.commit();
}

Result<ChangeWriter::OpenJob> ChangeWriter::open_job(const JobId& id) {
  const auto stored = tables_.get(tables_.t.status, id.key());
  if (!stored) {
    return fail(ErrorCode::not_found, "there is no such job");
  }
  auto status = decode_status(*stored);
  if (!status) {
    return pass_on(status);
  }
  OpenJob job{.id = id, .owner = OwnerKey::of(status->owner), .before = *status, .status = {}, .events = {}};
  job.status = std::move(*status);
  return job;
}

Result<ChangeWriter::OpenJob> ChangeWriter::open_job_of(const std::optional<std::string>& owner, const JobId& id,
                                                        const Condition& condition) {
  auto job = open_job(id);
  if (job && owner && *owner != job->status.owner) {
    return fail(ErrorCode::not_found, "there is no such job");
  }
  if (job && condition) {
    if (auto may = condition(job->status.head.change); !may) {
      return pass_on(may);
    }
  }
  return job;
}

Result<const JobRecord*> ChangeWriter::record_of(OpenJob& job) {
  if (job.record) {
    return &*job.record;
  }
  const auto stored = tables_.get(tables_.t.jobs, job.id.key());
  if (!stored) {
    return fail(ErrorCode::bad_record, "the store is damaged: a job has a status and no record");
  }
  auto record = decode_job(*stored);
  if (!record) {
    return pass_on(record);
  }
  return &job.record.emplace(std::move(*record));
}

Result<std::vector<PageRecord>> ChangeWriter::pages_of(const JobId& id) {
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

std::vector<PlacedUnit> ChangeWriter::units_of(const JobId& id) {
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

std::vector<Container> ChangeWriter::containers_of(const JobId& id) {
  // For handling files without looking at their folder. A record that cannot be read must not make its job
  // undeletable; its file is then found by whoever does look at the folder.
  std::vector<Container> containers;
  const auto note = [&](const Outputs& outputs) {
    const auto& container = outputs.container;
    if (!outputs.sections.empty() && std::find(containers.begin(), containers.end(), container) == containers.end()) {
      containers.push_back(container);
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
  return containers;
}

void ChangeWriter::write_pages(OpenJob& job, std::span<const PageRecord> pages) {
  std::uint64_t bytes = 0;
  for (const auto& page : pages) {
    bytes += size_of(page.outputs);
    // What is committed once stays (job/job.h, Outputs): somebody may be reading it.
    tables_.insert(tables_.t.pages, page_key(job.id, page.file, page.page), encode(page));
    auto& runs = job.pages;
    if (!runs.empty() && runs.back().file == page.file && runs.back().page + runs.back().pages == page.page) {
      ++runs.back().pages;
    } else {
      runs.push_back({ChangeKind::page, page.file, page.page});
    }
  }
  count_bytes(job.id, static_cast<std::int64_t>(bytes));
}

void ChangeWriter::write_outputs(const JobId& id, const Outputs& outputs) {
  tables_.put(tables_.t.outputs, id.key(), encode(outputs));
  count_bytes(id, static_cast<std::int64_t>(size_of(outputs)));
}

void ChangeWriter::write_ending(OpenJob& job, Ending& ending) {
  write_pages(job, ending.pages);
  write_pages(job, ending.follow_up.given_up);
  if (ending.outputs != nullptr) {
    write_outputs(job.id, *ending.outputs);
  }
  if (ending.follow_up.unit_goes_on) {
    queue_.put_back(ending.unit);
    job.events.push_back({ChangeKind::retried, ending.unit.unit.file});
  } else {
    queue_.remove(ending.unit);
  }
  for (const auto& unit : ending.follow_up.new_units) {
    PlacedUnit placed{.unit = unit, .taker = ending.unit.taker, .place = ending.unit.place, .holder = {}};
    queue_.add(placed);
  }
}

/// The pages that were done, and the files after theirs. What is told of a page is its number in the job: until that is
/// known all of its file is held back, and is then told in runs, for it may be many pages.
std::vector<ChangeWriter::Event> ChangeWriter::events_of_files(const OpenJob& job) {
  std::vector<Event> events;
  const auto& files = job.status.files;
  const auto numbered_before = numbered_files(job.before);
  const auto numbered = numbered_files(job.status);
  std::optional<std::vector<Unit>> units;
  for (std::size_t i = 0; i < numbered; ++i) {
    const auto file = static_cast<std::uint16_t>(i);
    const bool was_held = i >= numbered_before;
    if (!was_held) {
      std::ranges::copy_if(job.pages, std::back_inserter(events), [&](const Event& run) { return run.file == file; });
    } else if (files[i].processed_pages != 0) {
      if (!units) {
        units.emplace();
        std::ranges::transform(units_of(job.id), std::back_inserter(*units), &PlacedUnit::unit);
      }
      for (const auto& range : done_pages(job.status, file, *units)) {
        events.push_back({ChangeKind::page, file, range.first, range.last - range.first + 1});
      }
    }
    if (is_final(files[i].state) && (was_held || !is_final(job.before.files[i].state))) {
      events.push_back({ChangeKind::file, file});
    }
  }
  return events;
}

void ChangeWriter::find_events(OpenJob& job) {
  const auto of_files = events_of_files(job);
  job.events.insert(job.events.begin(), of_files.begin(), of_files.end());
  const auto state = job.status.head.state;
  if (state != job.before.head.state) {
    switch (state) {
      case State::pending:
        break;  // went back to wait: told with the unit
      case State::processing:
        job.events.push_back({ChangeKind::started});
        break;
      case State::completed:
        job.events.push_back({ChangeKind::completed});
        break;
      case State::failed:
        job.events.push_back({ChangeKind::failed});
        break;
    }
  }
  if (job.events.empty() && job.status != job.before) {
    job.events.push_back({ChangeKind::updated});
  }
}

void ChangeWriter::close_job(OpenJob& job) {
  find_events(job);
  if (job.events.empty()) {
    return;
  }
  auto& head = job.status.head;
  const auto& old = job.before.head;
  if (is_final(head.state) && !is_final(old.state)) {
    if (const auto record = record_of(job)) {
      settle_retention(**record, job.status);
      if ((*record)->sameness && is_original(job.status)) {
        tables_.put(tables_.t.originals, bytes_of(*(*record)->sameness), job.id.key());
      }
    }
  }
  for (const auto& event : job.events) {
    head.change = append_change(job, event);
  }
  if (is_final(head.state) && head.has_secret != 0) {
    head.has_secret = 0;  // nobody needs it any more
    tables_.erase_any(tables_.t.secrets, job.id.key());
  }
  tables_.put(tables_.t.status, job.id.key(), encode(job.status));
  if (head.state != old.state) {
    tell(job, old.state, head.state, head.updated_ms);
    count_states(job.owner, old.state, head.state);
  }
  if (head.input_gone != old.input_gone) {
    count_bytes(job.id, -static_cast<std::int64_t>(input_size(job.before)));
  }
  const bool left_line = head.started_ms != 0 || is_final(head.state);
  if (left_line && old.started_ms == 0 && !is_final(old.state)) {
    count_start(tables_, head.pool, head.updated_ms);
  }
  if (head.expires_ms != old.expires_ms) {
    if (old.expires_ms != 0) {
      tables_.erase(tables_.t.expiry, expiry_key(old.expires_ms, job.id));
    }
    if (head.expires_ms != 0) {
      tables_.put(tables_.t.expiry, expiry_key(head.expires_ms, job.id), {});
    }
  }
  if (is_final(head.state) && !is_final(old.state)) {
    for (const auto& unit : units_of(job.id)) {
      queue_.remove(unit);  // of a job that is over nothing waits or runs
    }
    post_callback(job.id, head.updated_ms);
  }
}

std::uint64_t ChangeWriter::append_change(const OpenJob& job, const Event& event) {
  numbers_.change += event.pages;
  const ChangeRun run{{job.owner, job.id, event.kind, event.file, event.page}, event.pages};
  tables_.append(tables_.t.changes, Key().number(numbers_.change), encode(run));
  ++appended_;
  return numbers_.change;
}

void ChangeWriter::tell(OpenJob& job, std::optional<State> from, std::variant<State, Removal> to, std::int64_t at_ms) {
  if (!rules_.tell) {
    return;
  }
  // Without its record nobody knows where the job is told of.
  if (const auto record = record_of(job); record && !(*record)->origin.log.empty()) {
    told_.push_back({.from = from, .to = to, .at_ms = at_ms, .record = **record, .status = job.status});
  }
}

StateCounts ChangeWriter::states_of(std::string_view key) {
  const auto stored = tables_.get(tables_.t.counters, key);
  return stored ? value_of<StateCounts>(*stored).value_or(StateCounts{}) : StateCounts{};
}

std::uint64_t ChangeWriter::stored_bytes() {
  const auto stored = tables_.get(tables_.t.counters, bytes_key());
  return stored ? value_of<std::uint64_t>(*stored).value_or(0) : 0;
}

void ChangeWriter::count_bytes(const JobId& id, std::int64_t more) {
  if (more == 0) {
    return;
  }
  const auto add = [&](lmdb::Table table, std::string_view key) {
    const auto stored = tables_.get(table, key);
    const auto before = stored ? value_of<std::uint64_t>(*stored).value_or(0) : 0;
    const auto bytes = before + static_cast<std::uint64_t>(more);
    tables_.put(table, key, bytes_of(bytes));
  };
  add(tables_.t.sizes, id.key());
  add(tables_.t.counters, bytes_key());
}

void ChangeWriter::count_states(const OwnerKey& owner, std::optional<State> from, std::optional<State> to) {
  const auto move = [&](std::string_view key) {
    auto counts = states_of(key);
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
  };
  move(owner_counts_key(owner));
  move(all_counts_key());
}

void ChangeWriter::trim_changes() {
  if (numbers_.change <= rules_.kept_changes) {
    return;
  }
  const auto newest_to_go = numbers_.change - rules_.kept_changes;
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
