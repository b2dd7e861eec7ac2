// What a store's operations cost while so many jobs wait in it.
//
//   bench-waiting STORE_FOLDER COUNT ROUNDS
//
// Prints a line an operation: its name and the median of its microseconds over ROUNDS, each change a durable
// transaction of its own. The jobs belong to ten owners and have all priorities; each round accepts a job, claims a
// unit and ends it, so that as many wait as before.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "job/job_id.h"
#include "store/lmdb/lmdb_store.h"
#include "store/store.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch = 500;
constexpr std::size_t owners = 10;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string owner_of(std::size_t number) {
  return "owner-" + std::to_string(number % owners);
}

docket::AcceptJob new_job(std::size_t number) {
  docket::AcceptJob accept;
  accept.now_ms = now_ms();
  accept.record.id = docket::JobId::make(accept.now_ms);
  accept.record.owner = accept.status.owner = owner_of(number);
  accept.record.priority = static_cast<std::uint8_t>(number / owners % 10);
  accept.record.document().options.languages = "eng";
  accept.record.document().options.formats.add(docket::Format::markdown);
  docket::FileStatus file;
  file.filename = "document-" + std::to_string(number) + ".pdf";
  file.type = docket::MediaType::pdf;
  file.size = 100'000;
  accept.status.files.push_back(file);
  accept.status.result_url = "/result/";
  return accept;
}

void must(bool good, const char* what) {
  if (!good) {
    std::fprintf(stderr, "bench-waiting: %s\n", what);
    std::exit(1);
  }
}

template <class T>
void commit(docket::Store& store, T& change) {
  const std::array<docket::Command, 1> one{&change};
  store.commit(one);
  must(change.result.has_value(), "a change was refused");
}

/// The times of one operation.
class Times {
 public:
  explicit Times(const char* name) : name_(name) {}
  void measure(const std::function<void()>& operation) {
    const auto begin = Clock::now();
    operation();
    times_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  void print() {
    std::ranges::nth_element(times_, times_.begin() + static_cast<std::ptrdiff_t>(times_.size() / 2));
    std::printf("%s %.3f\n", name_, times_[times_.size() / 2]);
  }

 private:
  const char* name_;
  std::vector<double> times_;
};

}  // namespace

int main(int argc, char** argv) {
  must(argc == 4, "usage: bench-waiting STORE_FOLDER COUNT ROUNDS");
  const auto count = static_cast<std::size_t>(std::atoll(argv[2]));
  const int rounds = std::atoi(argv[3]);
  std::vector<docket::JobId> ids;
  auto filled = docket::open_lmdb_store({.folder = argv[1], .sync = false});
  must(filled.has_value(), "the store cannot be opened");
  for (std::size_t done = 0; done < count; done += batch) {
    std::vector<docket::AcceptJob> jobs;
    std::vector<docket::Command> changes;
    for (std::size_t number = done; number < std::min(done + batch, count); ++number) {
      jobs.push_back(new_job(number));
    }
    for (auto& job : jobs) {
      changes.emplace_back(&job);
      ids.push_back(job.record.id);
    }
    (*filled)->commit(changes);
    must(jobs.back().result.has_value(), "a job was refused");
  }

  filled->reset();
  const auto opened = docket::open_lmdb_store({.folder = argv[1]});
  must(opened.has_value(), "the store cannot be opened");
  auto& store = **opened;
  const auto reader = store.reader();
  std::mt19937 random(1);
  Times accepting("accept");
  Times claiming("claim");
  Times ending("end");
  Times asking("status");
  Times listing("list");
  Times listing_owner("list_of_owner");
  for (int round = 0; round < rounds; ++round) {
    auto job = new_job(count + static_cast<std::size_t>(round));
    accepting.measure([&] { commit(store, job); });
    docket::ClaimUnit claim;
    claim.holder.bytes.fill(0xBE);
    claim.now_ms = now_ms();
    claiming.measure([&] { commit(store, claim); });
    must(claim.result->has_value(), "no unit waits");
    const auto& unit = (*claim.result)->unit;
    docket::EndUnit end;
    end.lease = {claim.holder, unit.seq, unit.attempt, unit.job};
    docket::ended::Completed completed;
    completed.total_pages = 1;
    completed.outputs.output_file = {false, unit.seq, unit.attempt};
    end.pages.push_back({.file = 0, .page = 1, .error_detail = {}, .outputs = {}});
    end.end = completed;
    end.now_ms = now_ms();
    ending.measure([&] { commit(store, end); });
    const auto& id = ids[random() % ids.size()];
    asking.measure(
        [&] { must(reader->status(id, [](const auto&, auto, const auto&) {}).has_value(), "a job is missing"); });
    docket::ListQuery query;
    listing.measure([&] { must(reader->list(query, [](const auto&, const auto&) {}).has_value(), "no list"); });
    query.owner = owner_of(random());
    listing_owner.measure([&] { must(reader->list(query, [](const auto&, const auto&) {}).has_value(), "no list"); });
  }
  for (auto* times : {&accepting, &claiming, &ending, &asking, &listing, &listing_owner}) {
    times->print();
  }
  return 0;
}
