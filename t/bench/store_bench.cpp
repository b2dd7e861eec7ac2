// Figures of the embedded store: store_bench [FOLDER]. FOLDER (default: a new one below the system's temporary folder)
// decides which disk is measured; a folder made here is removed again.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/committer.h"
#include "store/lmdb/lmdb_store.h"

namespace {

using namespace docket;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of all threads of this process: what counts where others use the machine as well.
double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "store_bench: %s\n", error.detail.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    give_up(result.error());
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

AcceptJob new_job(std::int64_t now_ms, const std::string& owner) {
  AcceptJob accept;
  accept.now_ms = now_ms;
  accept.record.id = JobId::make(now_ms);
  accept.record.owner = owner;
  accept.record.document().options.formats.add(Format::markdown);
  accept.record.document().options.languages = "eng";
  accept.status.owner = owner;
  accept.status.result_url = "/result/";
  FileStatus file;
  file.filename = "scan-of-a-letter.pdf";
  file.type = MediaType::pdf;
  file.size = 102'400;
  accept.status.files.push_back(file);
  return accept;
}

/// Accepts `count` jobs, a thousand a transaction; their ids.
std::vector<JobId> fill(Store& store, std::size_t count) {
  std::vector<JobId> ids;
  while (ids.size() < count) {
    std::vector<AcceptJob> jobs;
    for (std::size_t i = 0; i < 1000 && ids.size() + i < count; ++i) {
      jobs.push_back(
          new_job(1'700'000'000'000 + static_cast<std::int64_t>(ids.size() + i), "owner" + std::to_string(i % 50)));
    }
    std::vector<Command> changes;
    for (auto& job : jobs) {
      changes.emplace_back(&job);
    }
    store.commit(changes);
    for (auto& job : jobs) {
      must(std::move(job.result));
      ids.push_back(job.record.id);
    }
  }
  return ids;
}

void status_reads(Store& store, const std::vector<JobId>& ids) {
  const auto reader = store.reader();
  std::mt19937 random(1);
  std::vector<JobId> order;
  for (int i = 0; i < 1'000'000; ++i) {
    order.push_back(ids[random() % ids.size()]);
  }
  std::uint64_t seen = 0;
  for (int round = 0; round < 3; ++round) {
    const auto start = Clock::now();
    const auto cpu = cpu_seconds();
    for (const auto& id : order) {
      must(reader->status(id, [&](const StatusView& view, std::string_view, const QueueCounts& counts) {
        seen += view.head.file_count + counts.accepted;
      }));
    }
    const auto per_read = 1e9 / static_cast<double>(order.size());
    std::printf("status() of random jobs among %zu: %.0f ns, %.0f ns of CPU%s\n", ids.size(),
                seconds_since(start) * per_read, (cpu_seconds() - cpu) * per_read, seen == 0 ? "!" : "");
  }
}

void claims_and_ends(Store& store, std::size_t count) {
  Holder holder;
  holder.bytes.fill(7);
  std::int64_t now_ms = 1'800'000'000'000;
  const auto start = Clock::now();
  const auto cpu = cpu_seconds();
  EndUnit end;
  for (std::size_t i = 0; i <= count; ++i) {
    // As the runner does it: the end of one unit and the claim of the next are one commit.
    ClaimUnit claim{.holder = holder, .pool = 0, .now_ms = ++now_ms};
    const std::array<Command, 2> changes{&end, &claim};
    store.commit(i == 0 ? std::span(changes).last(1) : std::span(changes));
    if (i > 0) {
      must(std::move(end.result));
    }
    auto unit = must(std::move(claim.result));
    if (!unit) {
      give_up({ErrorCode::not_found, "no unit waits"});
    }
    end = {.lease = {.holder = holder, .seq = unit->unit.seq, .attempt = unit->unit.attempt, .job = unit->unit.job},
           .pages = {{.file = 0, .page = 1, .error = ErrorCode::none, .error_detail = {}, .outputs = {}}},
           .end = ended::Completed{.total_pages = 1, .outputs = {}},
           .now_ms = ++now_ms};
  }
  std::printf("end + next claim, sync off, one thread: %.0f/s, %.1f us of CPU each\n",
              static_cast<double>(count) / seconds_since(start),
              (cpu_seconds() - cpu) * 1e6 / static_cast<double>(count));
}

void grouped_accepts(Store& store, unsigned threads, bool sync) {
  Committer committer(store);
  constexpr int each = 500;
  const auto start = Clock::now();
  const auto cpu = cpu_seconds();
  {
    std::vector<std::jthread> crowd;
    for (unsigned t = 0; t < threads; ++t) {
      crowd.emplace_back([&] {
        for (int i = 0; i < each; ++i) {
          auto job = new_job(1'900'000'000'000 + i, "crowd");
          const Command change = &job;
          committer.commit({&change, 1});
          must(std::move(job.result));
        }
      });
    }
  }
  const auto seconds = seconds_since(start);
  const auto counts = committer.counts();
  std::printf("accepted jobs, sync %s, %u threads: %.0f/s, %.0f transactions/s, %.1f us of CPU each\n",
              sync ? "on" : "off", threads, static_cast<double>(counts.changes) / seconds,
              static_cast<double>(counts.groups) / seconds,
              (cpu_seconds() - cpu) * 1e6 / static_cast<double>(counts.changes));
}

std::unique_ptr<Store> open(const std::string& folder, bool sync) {
  LmdbOptions options;
  options.folder = folder;
  options.sync = sync;
  return must(open_lmdb_store(options));
}

}  // namespace

int main(int argc, char** argv) {
  std::string base = argc > 1 ? argv[1] : (std::filesystem::temp_directory_path() / "docket-bench-XXXXXX").string();
  if (argc <= 1 && ::mkdtemp(base.data()) == nullptr) {
    std::perror("mkdtemp");
    return 1;
  }
  {
    const auto store = open(base + "/nosync", false);
    const auto ids = fill(*store, 100'000);
    status_reads(*store, ids);
    claims_and_ends(*store, 20'000);
    grouped_accepts(*store, 16, false);
  }
  {
    const auto store = open(base + "/sync", true);
    for (const unsigned threads : {1U, 2U, 4U, 16U}) {
      grouped_accepts(*store, threads, true);
    }
  }
  std::filesystem::remove_all(base + "/nosync");
  std::filesystem::remove_all(base + "/sync");
  if (argc <= 1) {
    std::filesystem::remove(base);
  }
  return 0;
}
