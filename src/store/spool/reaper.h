// Removes what is not needed any more: jobs whose time is over, uploads that are not kept, and files that no record
// names, which is what is left of uploads that stopped half way and of tries that came to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "store/committer.h"
#include "store/spool/spool.h"
#include "store/spool/spool_folder.h"
#include "store/store.h"

namespace docket {

struct ReaperOptions {
  std::int64_t orphan_ms = 3'600'000;  ///< files without a record are let be so long: their upload may go on
  std::int64_t sweep_ms = 3'600'000;   ///< from the end of one walk through the spool to the next
};

/// Works in small steps, of which each is one transaction or one folder. Owned by the worker, used by one thread at a
/// time, which may block. Of all workers of a store one at a time reaps: who holds the lock of run/reaper.
class Reaper {
 public:
  Reaper(Store& store, Committer& committer, Spool& spool, std::string store_path, ReaperOptions options = {});

  /// Whether this process is the one to reap, now and until it ends.
  bool is_in_charge();

  /// Removes some of the jobs that have expired; true if there may be more.
  bool expire(std::int64_t now_ms);

  /// Looks at the next folder of the spool, if it is time; true if there are more to look at now.
  bool sweep(std::int64_t now_ms);

  struct Counts {
    std::uint64_t expired_jobs = 0;
    std::uint64_t removed_files = 0;
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void sweep_folder(const SpoolFolder& spool, const std::string& folder, std::int64_t now_ms);

  Store& store_;
  Committer& committer_;
  Spool& spool_;
  std::string store_path_;
  ReaperOptions options_;
  Fd lock_;
  std::vector<std::string> folders_;  ///< of the walk under way, the next one last
  std::int64_t next_sweep_ms_ = 0;
  Counts counts_;
};

}  // namespace docket
