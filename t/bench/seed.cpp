// Fills a store with jobs for the bench: every second one completed, the others waiting.
//
//   bench-seed STORE_FOLDER COUNT
//
// Prints the ids, one a line. The jobs have no files in the spool: only their status can be asked for.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "job/job_id.h"
#include "store/lmdb/lmdb_store.h"
#include "store/store.h"

namespace {

constexpr std::size_t batch = 500;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

docket::AcceptJob new_job(std::size_t number) {
  docket::AcceptJob accept;
  accept.now_ms = now_ms();
  accept.record.id = docket::JobId::make(accept.now_ms);
  for (const auto& entry : docket::all_formats) {
    accept.record.document().options.formats.add(entry.format);
  }
  accept.record.document().options.languages = "eng";
  docket::FileStatus file;
  file.filename = "document-" + std::to_string(number) + ".pdf";
  file.type = docket::MediaType::pdf;
  file.size = 100'000 + number;
  accept.status.files.push_back(file);
  accept.status.result_url = "/result/";
  return accept;
}

template <class T>
bool commit_all(docket::Store& store, std::vector<T>& items) {
  std::vector<docket::Command> changes;
  changes.reserve(items.size());
  for (auto& item : items) {
    changes.emplace_back(&item);
  }
  store.commit(changes);
  for (const auto& item : items) {
    if (!item.result) {
      std::fprintf(stderr, "bench-seed: %s\n", item.result.error().detail.c_str());
      return false;
    }
  }
  return true;
}

/// Claims `count` units and ends each with a completed job of three pages.
bool complete(docket::Store& store, std::size_t count) {
  std::vector<docket::ClaimUnit> claims(count);
  for (auto& claim : claims) {
    claim.holder.bytes.fill(0xBE);
    claim.now_ms = now_ms();
  }
  if (!commit_all(store, claims)) {
    return false;
  }
  std::vector<docket::EndUnit> ends;
  for (const auto& claim : claims) {
    if (!*claim.result) {
      continue;
    }
    const docket::Unit& unit = (*claim.result)->unit;
    docket::EndUnit end;
    end.lease = {claim.holder, unit.seq, unit.attempt, unit.job};
    docket::ended::Completed completed;
    completed.total_pages = 3;
    for (std::uint32_t page = 1; page <= completed.total_pages; ++page) {
      end.pages.push_back({.file = 0, .page = page, .error_detail = {}, .outputs = {}});
    }
    completed.outputs.output_file = {false, unit.seq, unit.attempt};
    end.end = completed;
    end.now_ms = now_ms();
    ends.push_back(std::move(end));
  }
  return commit_all(store, ends);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench-seed STORE_FOLDER COUNT\n");
    return 2;
  }
  const auto store = docket::open_lmdb_store({.folder = argv[1], .sync = false});
  if (!store) {
    std::fprintf(stderr, "bench-seed: %s\n", store.error().detail.c_str());
    return 1;
  }
  const auto count = static_cast<std::size_t>(std::atoll(argv[2]));
  for (std::size_t done = 0; done < count; done += batch) {
    std::vector<docket::AcceptJob> jobs;
    for (std::size_t number = done; number < std::min(done + batch, count); ++number) {
      jobs.push_back(new_job(number));
    }
    if (!commit_all(**store, jobs) || !complete(**store, jobs.size() / 2)) {
      return 1;
    }
    for (const auto& job : jobs) {
      std::puts(job.record.id.text().c_str());
    }
  }
  return 0;
}
