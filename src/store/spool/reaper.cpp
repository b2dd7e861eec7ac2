#include "store/spool/reaper.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/file_lock.h"

namespace docket {
namespace {

/// Jobs that are removed in one transaction.
constexpr std::uint32_t jobs_a_step = 64;

/// A job's files in one folder, as they were found.
struct Found {
  std::vector<std::pair<SpoolName, std::string>> files;  ///< what it is, its name
  std::int64_t modified_ms = 0;                          ///< of the youngest
};

}  // namespace

Reaper::Reaper(Store& store, Committer& committer, Spool& spool, std::string store_path, ReaperOptions options)
    : store_(store), committer_(committer), spool_(spool), store_path_(std::move(store_path)), options_(options) {}

bool Reaper::is_in_charge() {
  if (!lock_) {
    if (auto lock = lock_file(store_path_ + "/run/reaper"); lock && *lock) {
      lock_ = std::move(**lock);
    }
  }
  return static_cast<bool>(lock_);
}

bool Reaper::expire(std::int64_t now_ms) {
  const auto jobs = store_.reader()->expired(now_ms, jobs_a_step);
  if (!jobs || jobs->empty()) {
    return false;
  }
  std::vector<RemoveJob> removals;
  removals.reserve(jobs->size());
  std::vector<Command> changes;
  for (const auto& job : *jobs) {
    changes.emplace_back(
        &removals.emplace_back(RemoveJob{.job = job, .owner = {}, .now_ms = now_ms, .why = Removal::expired}));
  }
  committer_.commit(changes);
  bool any = false;
  for (const auto& removal : removals) {
    if (removal.result) {
      any = true;
      ++counts_.expired_jobs;
      // What cannot be removed now has no record any more: the sweep comes by.
      const auto inputs = static_cast<std::uint32_t>(removal.result->files.size());
      static_cast<void>(spool_.remove_job(removal.job, inputs, removal.output_files));
    }
  }
  return any && jobs->size() == jobs_a_step;
}

bool Reaper::sweep(std::int64_t now_ms) {
  if (folders_.empty() && now_ms < next_sweep_ms_) {
    return false;
  }
  const auto spool = SpoolFolder::open(store_path_);
  if (!spool) {
    return false;
  }
  if (folders_.empty()) {
    auto tree = spool->tree();
    if (!tree) {
      return false;
    }
    folders_ = std::move(tree->folders);
    std::ranges::reverse(folders_);
  }
  if (!folders_.empty()) {
    const auto folder = std::move(folders_.back());
    folders_.pop_back();
    sweep_folder(*spool, folder, now_ms);
  }
  if (folders_.empty()) {
    next_sweep_ms_ = now_ms + options_.sweep_ms;
  }
  return !folders_.empty();
}

void Reaper::sweep_folder(const SpoolFolder& spool, const std::string& folder, std::int64_t now_ms) {
  const auto range = SpoolRange::of_folder(folder);
  if (!range) {
    return;
  }
  // Files first, records after: what has no record then has none yet, and its age tells, or none any more.
  std::map<JobId, Found> found;
  const auto listed = spool.each_file(folder, [&](const SpoolFolder::File& file) {
    if (const auto name = SpoolName::parse(file.name); name && file.regular) {
      auto& job = found[name->job];
      job.files.emplace_back(*name, file.name);
      job.modified_ms = std::max(job.modified_ms, file.modified_ms);
    }
  });
  const auto remove = [&](const std::string& name) {
    if (spool.remove(folder + "/" + name)) {
      ++counts_.removed_files;
    }
  };
  const auto read = store_.reader()->files(range->first, range->last, [&](const JobFiles& job) {
    const auto files = found.extract(job.id);
    if (files.empty() || !job.readable || !is_final(job.state)) {
      return;
    }
    for (const auto& [file, name] : files.mapped().files) {
      if (!has_file(job, file)) {
        remove(name);
      }
    }
  });
  if (!listed || !read) {
    return;  // without all of the records it is not known which files have no job
  }
  for (const auto& [id, files] : found) {
    if (now_ms - files.modified_ms >= options_.orphan_ms) {
      for (const auto& [file, name] : files.files) {
        remove(name);
      }
    }
  }
  spool.remove_if_empty(folder, now_ms);
}

}  // namespace docket
