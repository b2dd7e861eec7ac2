#include "store/recovery/store_recovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/folder.h"
#include "store/recovery/lmdb_rebuild.h"
#include "store/recovery/spool_check.h"

namespace docket {
namespace {

namespace fs = std::filesystem;
using Say = std::function<void(std::string_view)>;

/// So many jobs are reported one by one.
constexpr std::size_t max_told = 100;

bool has_environment(const std::string& folder) {
  struct stat info {};
  return ::stat((folder + "/lmdb/data.mdb").c_str(), &info) == 0 && info.st_size > 0;
}

std::string date_now() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text{};
  ::gmtime_r(&now, &parts);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

/// A name that nothing has.
std::string free_name(const std::string& wanted) {
  auto name = wanted;
  for (int number = 2; ::access(name.c_str(), F_OK) == 0; ++number) {
    name = wanted + "-" + std::to_string(number);
  }
  return name;
}

/// The environment is sound when this returns, or there is none.
Result<void> recover_environment(const LmdbOptions& options, const Say& say) {
  const auto& folder = options.folder;
  const auto path = folder + "/lmdb";
  const auto fresh = folder + "/lmdb.new";
  std::error_code ignored;
  fs::remove_all(fresh, ignored);
  if (!has_environment(folder)) {
    say("after a loss of power there are no records of jobs in " + path);
    return {};
  }
  if (auto made = make_folder(fresh); !made) {
    return made;
  }
  auto wrong = rebuild_environment(path, fresh, options.map_size);
  if (!wrong) {
    fs::remove_all(fresh, ignored);
    return pass_on(wrong);
  }
  if (*wrong) {
    const auto aside = free_name(path + ".damaged-" + date_now());
    if (::rename(path.c_str(), aside.c_str()) != 0) {
      return fail_errno("rename " + path, errno);
    }
    fs::remove_all(fresh, ignored);
    say("the store was damaged by a loss of power (" + **wrong + "): its records were set aside as " + aside +
        ", all its jobs are lost and it begins anew");
    return sync_folder(folder);
  }
  // No process has the old one open: it is of another boot, and who opens it waits for the mark. Its lock file was
  // memory.
  if (::rename((fresh + "/data.mdb").c_str(), (path + "/data.mdb").c_str()) != 0) {
    return fail_errno("rename " + fresh + "/data.mdb", errno);
  }
  fs::remove_all(fresh, ignored);
  return sync_folder(path);
}

/// Removes jobs whose files are not what the records say.
Result<void> recover_files(const std::string& folder, Store& store, const Say& say) {
  const auto now = unix_ms();
  const auto spool = SpoolFolder::open(folder);
  if (!spool) {
    return pass_on(spool);
  }
  const auto report = check_spool(*store.reader(), *spool, {.now_ms = now});
  if (!report) {
    return pass_on(report);
  }
  std::map<JobId, std::string> damaged;
  for (const auto& problem : report->problems) {
    if (problem.kind == SpoolProblem::Kind::damaged) {
      damaged.try_emplace(problem.job, problem.sentence);
    }
  }
  std::size_t told = 0;
  for (const auto& [job, sentence] : damaged) {
    // Its files have no job now: the reaper removes them.
    RemoveJob removal{.job = job, .owner = {}, .now_ms = now, .why = Removal::lost};
    const std::array<Command, 1> changes{&removal};
    store.commit(changes);
    if (!removal.result) {
      return pass_on(removal.result);
    }
    if (++told <= max_told) {
      say("lost by a loss of power, and removed: " + sentence);
    }
  }
  if (told > max_told) {
    say("and " + std::to_string(told - max_told) + " more jobs, as told above");
  }
  return {};
}

/// `mark` is locked.
Result<std::unique_ptr<Store>> open_marked(const LmdbOptions& options, UnsyncedMark& mark, const Say& say) {
  const bool unsure = mark.state() == UnsyncedMark::State::other_boot;
  if (unsure) {
    say("the machine was started anew since the store was last written to without syncs; if that was a loss of power, "
        "what came last is lost");
    if (auto recovered = recover_environment(options, say); !recovered) {
      return pass_on(recovered);
    }
  }
  // A check that is not through to its end is made again: until then the mark stays as it is. LMDB cannot open what it
  // was making when the power went, whether syncs are on or not.
  if (!unsure && (!options.sync || !has_environment(options.folder))) {
    if (auto set = options.sync ? mark.set() : mark.set_and_stay(); !set) {
      return pass_on(set);
    }
  }
  auto store = open_lmdb_store(options);
  if (!store) {
    return store;
  }
  if (unsure) {
    if (auto recovered = recover_files(options.folder, **store, say); !recovered) {
      return pass_on(recovered);
    }
  }
  if (auto marked = options.sync ? mark.clear() : mark.set_and_stay(); !marked) {
    return pass_on(marked);
  }
  return store;
}

}  // namespace

Result<RecoveredStore> open_recovered_store(const LmdbOptions& options,
                                            const std::function<void(std::string_view)>& say,
                                            const std::function<bool()>& stop) {
  if (auto made = make_folder(options.folder); !made) {
    return pass_on(made);
  }
  auto mark = UnsyncedMark::open(options.folder, stop);
  if (!mark) {
    return pass_on(mark);
  }
  auto store = open_marked(options, *mark, say);
  mark->let_go();
  if (!store) {
    return pass_on(store);
  }
  return RecoveredStore{std::move(*mark), std::move(*store)};
}

Result<void> expect_recovered(const std::string& folder) {
  const auto says = UnsyncedMark::look(folder);
  if (!says) {
    return pass_on(says);
  }
  if (*says == UnsyncedMark::State::other_boot) {
    return fail(ErrorCode::store_unavailable, "the machine was started anew since nginx wrote to " + folder +
                                                  " without syncs (sync=off): start nginx first, which checks it");
  }
  return {};
}

}  // namespace docket
