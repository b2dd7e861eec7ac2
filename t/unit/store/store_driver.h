// Short words for what a store's clients do, for the tests of stores.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "job/turn_key.h"
#include "store/job_spec.h"
#include "store/store.h"

namespace docket {

/// A unit in the hands of a worker.
struct Held {
  Unit unit;
  JobRecord record;
  Status status;
  std::vector<PageRecord> pages;
  std::string secret;
  Holder holder;

  [[nodiscard]] Lease lease() const {
    return {.holder = holder, .seq = unit.seq, .attempt = unit.attempt, .job = unit.job};
  }
  /// What the unit writes by itself.
  [[nodiscard]] Outputs outputs() const {
    Outputs outputs{.output_file = {.pages = false, .seq = unit.seq, .attempt = unit.attempt}, .sections = {}};
    outputs.sections.push_back(
        {.format = Format::markdown, .representation = Representation::raw, .offset = 0, .length = 10});
    return outputs;
  }
  [[nodiscard]] PageRecord page(std::uint32_t number, ErrorCode error = ErrorCode::none) const {
    PageRecord page{.file = unit.file, .page = number, .error = error, .error_detail = {}, .outputs = {}};
    if (error == ErrorCode::none) {
      page.outputs.output_file.pages = true;
      page.outputs.sections.push_back(
          {.format = std::nullopt, .representation = Representation::raw, .offset = number, .length = 1});
    }
    return page;
  }
  [[nodiscard]] std::vector<PageRecord> pages_from(std::uint32_t first, std::uint32_t last) const {
    std::vector<PageRecord> list;
    for (auto number = first; number <= last; ++number) {
      list.push_back(page(number));
    }
    return list;
  }
};

/// A change in one word, with the file and the page of those that have them: "page 1.3", "file 1".
inline std::string word_of(const JobEvent& change) {
  switch (change.kind) {
    case JobEventKind::accepted:
      return "accepted";
    case JobEventKind::started:
      return "started";
    case JobEventKind::page:
      return "page " + std::to_string(change.file) + "." + std::to_string(change.page);
    case JobEventKind::file:
      return "file " + std::to_string(change.file);
    case JobEventKind::completed:
      return "completed";
    case JobEventKind::failed:
      return "failed";
    case JobEventKind::deleted:
      return "deleted";
    case JobEventKind::retried:
      return "retried";
    case JobEventKind::updated:
      return "updated";
  }
  return "?";
}

/// What a reader showed of a job, copied.
struct Seen {
  StatusHead head;
  std::string owner;
  std::string result_url;
  std::string fields;
  QueueCounts counts;
  std::vector<std::string> filenames;
};

inline Holder worker(std::uint8_t number) {
  Holder holder;
  holder.bytes.fill(number);
  return holder;
}

/// The client at an address as people write it.
inline OwnerKey client_at(const char* address) {
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET6, address, bytes.data()) != 1) {
    bytes[10] = bytes[11] = 0xFF;  // the mapped form
    EXPECT_EQ(::inet_pton(AF_INET, address, bytes.data() + 12), 1) << address;
  }
  return client_key(bytes);
}

/// A client, a worker and a reader of one store in one. Belongs to one thread; several may share a store.
class StoreDriver {
 public:
  using Commit = std::function<void(std::span<const Command>)>;

  explicit StoreDriver(Store& store)
      : StoreDriver(store, [&store](std::span<const Command> changes) { store.commit(changes); }) {}
  StoreDriver(Store& store, Commit commit) : commit_(std::move(commit)), reader_(store.reader()) {}

  StoreReader& reader() { return *reader_; }
  std::int64_t now() { return now_ms_ += 10; }
  void pass(std::int64_t ms) { now_ms_ += ms; }

  template <class Made>
  Made& commit(Made& change) {
    const Command one = &change;
    commit_({&one, 1});
    return change;
  }
  void commit_all(const std::vector<Command>& changes) { commit_(changes); }

  AcceptJob new_job(const JobSpec& spec = {}) {
    AcceptJob accept;
    accept.now_ms = now();
    accept.record.id = JobId::make(accept.now_ms);
    accept.record.owner = spec.owner;
    accept.record.pool = spec.pool;
    accept.record.priority = spec.priority;
    accept.record.document().options.formats.add(Format::markdown);
    accept.record.document().options.languages = "eng";
    if (spec.command) {
      accept.record.work = *spec.command;
    }
    accept.status.owner = spec.owner;
    accept.status.result_url = "/result/";
    accept.record.expire_ms = spec.expire_ms;
    accept.record.keep_input = spec.keep_input;
    accept.limits = spec.limits;
    accept.idempotent = spec.idempotent;
    accept.record.fingerprint = spec.fingerprint;
    accept.callback = spec.callback;
    accept.client = spec.client != nullptr ? client_at(spec.client) : OwnerKey{};
    for (std::size_t i = 0; i < spec.files; ++i) {
      FileStatus file;
      file.filename = "file" + std::to_string(i) + ".pdf";
      file.type = MediaType::pdf;
      file.size = 1000 + i;
      accept.status.files.push_back(file);
    }
    accept.fields = spec.fields;
    accept.secret = spec.secret;
    return accept;
  }

  JobId accept(const JobSpec& spec = {}) {
    auto change = new_job(spec);
    commit(change);
    EXPECT_TRUE(change.result) << change.result.error().detail;
    return change.record.id;
  }

  /// Accepts a job with an original's results: there is one, or the result is not_found.
  AcceptJob accept_linked(const JobSpec& spec) {
    auto change = new_job(spec);
    change.linked_to = change.record.id;  // of which no store knows
    commit(change);
    if (change.result && change.dedupe_source) {
      change.linked_to = change.dedupe_source->job;
      commit(change);
    }
    return change;
  }

  /// Nothing if no unit waits.
  std::optional<Held> claim(const Holder& holder = worker(1), std::uint8_t pool = 0) {
    ClaimUnit change{.holder = holder, .pool = pool, .now_ms = now()};
    commit(change);
    EXPECT_TRUE(change.result) << change.result.error().detail;
    if (!change.result || !*change.result) {
      return std::nullopt;
    }
    auto& unit = **change.result;
    return Held{
        unit.unit, std::move(unit.record), std::move(unit.status), std::move(unit.pages), std::move(unit.secret),
        holder};
  }
  /// The job whose unit came; an id of zeros if none waits.
  JobId claimed_job(const Holder& holder = worker(1), std::uint8_t pool = 0) {
    const auto held = claim(holder, pool);
    return held ? held->unit.job : JobId{};
  }

  Result<void> record(const Held& held, std::vector<PageRecord> pages,
                      std::optional<std::uint32_t> total = std::nullopt) {
    RecordPages change{.lease = held.lease(), .pages = std::move(pages), .total_pages = total, .now_ms = now()};
    return commit(change).result;
  }

  Result<void> record_steps(const Held& held, Steps steps) {
    RecordSteps change{.lease = held.lease(), .steps = std::move(steps), .now_ms = now()};
    return commit(change).result;
  }

  Result<void> report_steps(const JobId& job, Steps steps) {
    ReportSteps change{.job = job, .steps = std::move(steps), .now_ms = now()};
    return commit(change).result;
  }

  EndUnit end_change(const Held& held, UnitEnd how, std::vector<PageRecord> pages = {}) {
    return {.lease = held.lease(), .pages = std::move(pages), .end = std::move(how), .now_ms = now()};
  }
  Result<Status> end(const Held& held, UnitEnd how, std::vector<PageRecord> pages = {}) {
    auto change = end_change(held, std::move(how), std::move(pages));
    return commit(change).result;
  }
  /// A probe that does a small document of `pages` pages whole.
  Result<Status> complete_small(const Held& held, std::uint32_t pages = 1) {
    return end(held, ended::Completed{.total_pages = pages, .outputs = held.outputs()}, held.pages_from(1, pages));
  }
  /// A probe that found `total` pages, to be done in ranges of `size`.
  Result<Status> probed(const Held& held, std::uint32_t total, std::uint32_t size) {
    ended::Probed probed{.total_pages = total, .ranges = {}};
    for (std::uint32_t first = 1; first <= total; first += size) {
      probed.ranges.push_back({.first = first, .last = std::min(first + size - 1, total)});
    }
    return end(held, probed);
  }
  Result<Status> complete_range(const Held& held) {
    return end(held, ended::RangeDone{}, held.pages_from(held.unit.first_page, held.unit.last_page));
  }
  /// A run that wrote a file of this name.
  Result<Status> complete_run(const Held& held, std::string name = "result.json") {
    ended::Completed end{.total_pages = 0, .outputs = held.outputs()};
    end.outputs.sections[0].format.reset();
    end.outputs.sections[0].name = std::move(name);
    return this->end(held, std::move(end));
  }
  Result<Status> assemble(const Held& held) {
    return end(held, ended::Completed{.total_pages = 0, .outputs = held.outputs()});
  }

  Result<Status> cancel(const JobId& job, std::optional<std::string> owner = std::nullopt) {
    CancelJob change{.job = job, .owner = std::move(owner), .now_ms = now()};
    return commit(change).result;
  }

  RemoveJob remove(const JobId& job, std::optional<std::string> owner = std::nullopt) {
    RemoveJob change{.job = job, .owner = std::move(owner), .now_ms = now()};
    commit(change);
    return change;
  }

  Result<std::uint32_t> recover(const Holder& holder) {
    RecoverHolder change{.holder = holder, .now_ms = now()};
    return commit(change).result;
  }

  std::vector<DueDelivery> take(const Holder& holder = worker(1), SendingRoom room = {100, 100, {}}) {
    TakeDeliveries change{.holder = holder, .room = std::move(room), .now_ms = now()};
    commit(change);
    EXPECT_TRUE(change.result) << change.result.error().detail;
    return change.result.value_or(std::vector<DueDelivery>{});
  }

  EndDelivery end_try_change(const DueDelivery& taken, std::uint16_t code) {
    const DeliveryAttempt attempt{.at_ms = now_ms_,
                                  .took_ms = 5,
                                  .code = code,
                                  .error = code == 200 ? DeliveryError::none : DeliveryError::status};
    return {.job = taken.job,
            .holder = taken.delivery.holder,
            .number = taken.delivery.number,
            .attempt = attempt,
            .now_ms = now()};
  }
  Result<void> end_try(const DueDelivery& taken, std::uint16_t code) {
    auto change = end_try_change(taken, code);
    return commit(change).result;
  }

  Result<Delivery> resend(const JobId& job, std::optional<std::string> owner = std::nullopt) {
    ResendDelivery change{.job = job, .owner = std::move(owner), .now_ms = now()};
    return commit(change).result;
  }

  /// Nothing if the job has none.
  std::optional<Delivery> delivery(const JobId& job) {
    auto found = reader_->delivery(job);
    EXPECT_TRUE(found) << found.error().detail;
    return found.value_or(std::nullopt);
  }
  std::optional<std::int64_t> next_delivery(const SendingRoom& room = {100, 100, {}}) {
    const auto found = reader_->next_delivery(room);
    EXPECT_TRUE(found) << found.error().detail;
    return found.value_or(std::nullopt);
  }

  Result<Seen> see(const JobId& job) {
    Seen seen;
    const auto read =
        reader_->status(job, [&](const StatusView& view, std::string_view fields, const QueueCounts& counts) {
          seen = {.head = view.head,
                  .owner = std::string(view.owner),
                  .result_url = std::string(view.result_url),
                  .fields = std::string(fields),
                  .counts = counts,
                  .filenames = {}};
          view.each_file([&](const FileView& file) { seen.filenames.emplace_back(file.filename); });
        });
    if (!read) {
      return pass_on(read);
    }
    return seen;
  }
  /// The head of a job there must be.
  StatusHead head(const JobId& job) {
    const auto seen = see(job);
    EXPECT_TRUE(seen) << seen.error().detail;
    return seen ? seen->head : StatusHead{};
  }

  std::vector<JobId> list(ListQuery query = {}) {
    std::vector<JobId> ids;
    last_cursor.reset();
    auto next = reader_->list(query, [&](const JobId& id, const StatusView&) { ids.push_back(id); });
    EXPECT_TRUE(next) << next.error().detail;
    if (next) {
      last_cursor = *next;
    }
    return ids;
  }
  std::optional<JobId> last_cursor;  ///< what the last list() returned to go on with

  QueueCounts counts(std::uint8_t pool = 0) {
    const auto counted = reader_->counts(pool);
    EXPECT_TRUE(counted) << counted.error().detail;
    return counted.value_or(QueueCounts{});
  }
  /// The changes, of all jobs, that there were since the last call.
  std::vector<JobEvent> changes() {
    std::vector<JobEvent> list;
    const auto read = reader_->changes(told_, UINT32_MAX, [&](std::uint64_t number, const JobEvent& change) {
      EXPECT_EQ(number, ++told_);
      list.push_back(change);
    });
    EXPECT_TRUE(read && !read->gap && read->last == told_);
    return list;
  }
  /// The same in words.
  std::vector<std::string> told() {
    std::vector<std::string> words;
    for (const auto& change : changes()) {
      words.push_back(word_of(change));
    }
    return words;
  }
  std::vector<Holder> holders() {
    auto found = reader_->holders();
    EXPECT_TRUE(found) << found.error().detail;
    return found.value_or(std::vector<Holder>{});
  }

 private:
  Commit commit_;
  std::unique_ptr<StoreReader> reader_;
  std::uint64_t told_ = 0;  ///< up to this number changes() has shown them
  std::int64_t now_ms_ = 1'700'000'000'000;
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::none : result.error().code;
}

}  // namespace docket
