#include <sys/stat.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/plural.h"
#include "ctl/commands.h"
#include "ctl/duration.h"
#include "ctl/print.h"
#include "store/spool/spool_folder.h"

namespace docket::ctl {
namespace {

constexpr unsigned pool_count = 256;

struct Numbers {
  StateCounts jobs{};
  std::map<unsigned, std::uint64_t> waiting;  ///< units, by pool; of pools that ever had a job
  std::map<Holder, std::uint64_t> held;       ///< units, by holder
  std::optional<JobId> oldest_pending;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t database_bytes = 0;  ///< of disk
  double used_share = 0;
};

Result<void> count_jobs(StoreReader& reader, Numbers& numbers) {
  const auto jobs = reader.states(std::nullopt);
  if (!jobs) {
    return pass_on(jobs);
  }
  numbers.jobs = *jobs;
  for (unsigned pool = 0; pool < pool_count; ++pool) {
    const auto counts = reader.counts(static_cast<std::uint8_t>(pool));
    if (!counts) {
      return pass_on(counts);
    }
    if (counts->accepted > 0 || counts->waiting_units > 0) {
      numbers.waiting[pool] = counts->waiting_units;
    }
  }
  const auto leases = reader.leases();
  if (!leases) {
    return pass_on(leases);
  }
  for (const auto& lease : *leases) {
    ++numbers.held[lease.holder];
  }
  return {};
}

Result<void> find_oldest(StoreReader& reader, Numbers& numbers) {
  if (numbers.jobs[static_cast<std::size_t>(State::pending)] == 0) {
    return {};
  }
  ListQuery query{.states = 1U << static_cast<unsigned>(State::pending), .limit = StoreReader::max_looked_at};
  do {
    const auto next = reader.list(query, [&](const JobId& id, const StatusView&) { numbers.oldest_pending = id; });
    if (!next) {
      return pass_on(next);
    }
    query.before = *next;
  } while (query.before);
  return {};
}

Result<void> count_files(const std::string& store, Numbers& numbers) {
  const auto spool = SpoolFolder::open(store);
  if (!spool) {
    return spool.error().code == ErrorCode::not_found ? Result<void>() : pass_on(spool);
  }
  const auto tree = spool->tree();
  if (!tree) {
    return pass_on(tree);
  }
  for (const auto& folder : tree->folders) {
    auto counted = spool->each_file(folder, [&](const SpoolFolder::File& file) {
      ++numbers.files;
      numbers.bytes += file.bytes;
    });
    if (!counted) {
      return counted;
    }
  }
  return {};
}

std::uint64_t bytes_on_disk(const std::string& path) {
  constexpr std::uint64_t block = 512;  // whatever the file system's is
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * block : 0;
}

std::string text_of(const Place& place, const Numbers& numbers) {
  std::string text;
  std::uint64_t all = 0;
  for (const auto count : numbers.jobs) {
    all += count;
  }
  append_line(text, "jobs", std::to_string(all));
  for (std::size_t i = 0; i < numbers.jobs.size(); ++i) {
    append_line(text, "  " + std::string(to_string(static_cast<State>(i))), std::to_string(numbers.jobs[i]));
  }
  if (const auto& oldest = numbers.oldest_pending) {
    append_line(text, "oldest", "waits for " + span_text(unix_ms() - oldest->unix_ms()) + ": " + oldest->text());
  }
  std::uint64_t waiting = 0;
  for (const auto& [pool, units] : numbers.waiting) {
    waiting += units;
  }
  append_line(text, "waiting", counted(waiting, "unit"));
  for (const auto& [pool, units] : numbers.waiting) {
    append_line(text, "  pool " + std::to_string(pool), std::to_string(units));
  }
  std::uint64_t held = 0;
  for (const auto& [holder, units] : numbers.held) {
    held += units;
  }
  append_line(text, "held", counted(held, "unit"));
  for (const auto& [holder, units] : numbers.held) {
    append_line(text, place.membership.is_dead(holder) ? "  dead" : "  alive",
                holder.text() + ": " + std::to_string(units));
  }
  const auto tenths = static_cast<std::uint64_t>(numbers.used_share * 1000);
  append_line(text, "database",
              counted(numbers.database_bytes, "byte") + ", " + std::to_string(tenths / 10) + "." +
                  std::to_string(tenths % 10) + " % of the map");
  append_line(text, "spool", counted(numbers.files, "file") + ", " + counted(numbers.bytes, "byte"));
  return text;
}

std::string json_of(const Place& place, const Numbers& numbers) {
  using nlohmann::ordered_json;
  ordered_json jobs;
  for (std::size_t i = 0; i < numbers.jobs.size(); ++i) {
    jobs[std::string(to_string(static_cast<State>(i)))] = numbers.jobs[i];
  }
  auto waiting = ordered_json::object();
  for (const auto& [pool, units] : numbers.waiting) {
    waiting[std::to_string(pool)] = units;
  }
  auto holders = ordered_json::array();
  for (const auto& [holder, units] : numbers.held) {
    holders.push_back({{"holder", holder.text()}, {"alive", !place.membership.is_dead(holder)}, {"units", units}});
  }
  ordered_json oldest;
  if (const auto& job = numbers.oldest_pending) {
    oldest = {{"job_id", job->text()}, {"age_seconds", (unix_ms() - job->unix_ms()) / 1000}};
  }
  const ordered_json body{{"jobs", jobs},
                          {"oldest_pending", oldest},
                          {"waiting_units", waiting},
                          {"holders", holders},
                          {"database", {{"bytes", numbers.database_bytes}, {"used_share", numbers.used_share}}},
                          {"spool", {{"files", numbers.files}, {"bytes", numbers.bytes}}}};
  return body.dump() + "\n";
}

}  // namespace

Result<Answer> stats(const Place& place, Output output) {
  Numbers numbers;
  const auto reader = place.store.reader();
  auto counted = count_jobs(*reader, numbers).and_then([&] { return find_oldest(*reader, numbers); }).and_then([&] {
    return count_files(place.folder, numbers);
  });
  if (!counted) {
    return pass_on(counted);
  }
  numbers.database_bytes = bytes_on_disk(place.folder + "/lmdb/data.mdb");
  numbers.used_share = place.store.health().used_share;
  return Answer{output == Output::json ? json_of(place, numbers) : text_of(place, numbers)};
}

}  // namespace docket::ctl
