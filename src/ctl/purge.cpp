#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/clock.h"
#include "base/plural.h"
#include "ctl/commands.h"
#include "store/spool/spool.h"
#include "store/spool/spool_folder.h"

namespace docket::ctl {
namespace {

constexpr std::uint8_t final_states =
    1U << static_cast<unsigned>(State::completed) | 1U << static_cast<unsigned>(State::failed);

/// So many jobs are removed in one transaction: with thousands of pages each it takes some ten milliseconds.
constexpr std::size_t jobs_at_once = 32;

Result<std::vector<JobId>> find(StoreReader& reader, const PurgeOptions& options) {
  std::vector<JobId> ids;
  const auto newest = unix_ms() - options.older_than_ms;
  ListQuery query{.owner = options.owner,
                  .states = static_cast<std::uint8_t>(options.states & final_states),
                  .limit = StoreReader::max_looked_at};
  do {
    const auto next = reader.list(query, [&](const JobId& id, const StatusView& status) {
      if (status.head.completed_ms <= newest) {
        ids.push_back(id);
      }
    });
    if (!next) {
      return pass_on(next);
    }
    query.before = *next;
  } while (query.before);
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// Removes jobs folder by folder, so that each folder is read once for all of them. Lives as long as one purge.
class Purge {
 public:
  Purge(Committer& committer, const SpoolFolder& spool, bool dry_run)
      : committer_(committer), spool_(spool), dry_run_(dry_run) {}

  /// `ids` all lie in one folder, ascending.
  Result<void> remove(std::span<const JobId> ids) {
    std::vector<JobId> gone;
    for (auto rest = ids; !rest.empty();) {
      const auto some = rest.first(std::min(rest.size(), jobs_at_once));
      rest = rest.subspan(some.size());
      if (auto forgotten = forget(some, gone); !forgotten) {
        return forgotten;
      }
    }
    jobs_ += gone.size();
    return remove_files(Spool::folder_of(ids.front()), gone);
  }

  [[nodiscard]] std::string told() const {
    return std::string(dry_run_ ? "would remove " : "removed ") + counted(jobs_, "job") + " with " +
           counted(files_, "file") + ", " + counted(bytes_, "byte") + "\n";
  }

 private:
  /// Removes the records; adds to `gone` the jobs whose files are to go.
  Result<void> forget(std::span<const JobId> ids, std::vector<JobId>& gone) {
    if (dry_run_) {
      gone.insert(gone.end(), ids.begin(), ids.end());
      return {};
    }
    std::vector<RemoveJob> removals;
    std::vector<Command> changes;
    removals.reserve(ids.size());
    for (const auto& id : ids) {
      changes.emplace_back(&removals.emplace_back(RemoveJob{.job = id, .owner = {}, .now_ms = unix_ms()}));
    }
    committer_.commit(changes);
    for (const auto& removal : removals) {
      if (removal.result) {
        gone.push_back(removal.job);
      } else if (removal.result.error().code != ErrorCode::not_found) {  // else somebody else removed it
        return pass_on(removal.result);
      }
    }
    return {};
  }

  /// By what lies there and not by record: this way what was left by tries that came to nothing goes, too.
  Result<void> remove_files(const std::string& folder, const std::vector<JobId>& gone) {
    std::vector<SpoolFolder::File> files;
    auto done = spool_.each_file(folder, [&](SpoolFolder::File file) {
      if (const auto name = SpoolName::parse(file.name);
          name && std::binary_search(gone.begin(), gone.end(), name->job)) {
        files.push_back(std::move(file));
      }
    });
    for (const auto& file : files) {
      if (done && !dry_run_) {
        done = spool_.remove(folder + "/" + file.name);
      }
      ++files_;
      bytes_ += file.bytes;
    }
    if (done && !dry_run_) {
      spool_.remove_if_empty(folder, unix_ms());
    }
    return done;
  }

  Committer& committer_;
  const SpoolFolder& spool_;
  bool dry_run_;
  std::uint64_t jobs_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<Answer> purge(const Place& place, const PurgeOptions& options) {
  const auto spool = SpoolFolder::open(place.folder);
  if (!spool) {
    return pass_on(spool);
  }
  const auto ids = find(*place.store.reader(), options);
  if (!ids) {
    return pass_on(ids);
  }
  Purge purge(place.committer, *spool, options.dry_run);
  for (std::span<const JobId> rest = *ids; !rest.empty();) {
    const auto last = SpoolRange::of(rest.front()).last;
    const auto end = std::upper_bound(rest.begin(), rest.end(), last);
    const auto folder = rest.first(static_cast<std::size_t>(end - rest.begin()));
    rest = rest.subspan(folder.size());
    if (auto removed = purge.remove(folder); !removed) {
      auto error = std::move(removed.error());
      error.detail += " (so far: " + purge.told();
      error.detail.back() = ')';
      return fail(std::move(error));
    }
  }
  return Answer{purge.told()};
}

}  // namespace docket::ctl
