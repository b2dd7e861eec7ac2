// Which files the jobs of the embedded store have, in the order of their ids.
#pragma once

#include <functional>
#include <optional>

#include "store/lmdb/lmdb_tables.h"
#include "store/reader.h"

namespace docket {

/// A walk under way, over as many snapshots as it takes.
struct FilesWalk {
  const JobId& first;
  const JobId& last;
  const std::function<void(JobFiles)>& visit;
  std::optional<JobId> visited;  ///< the last one: where the next snapshot goes on
  std::optional<JobId> behind;   ///< the result
};

/// Walks until the range is done (true) or the snapshot has been open long enough (false).
Result<bool> walk_files_on(const lmdb::Txn& txn, const Tables& t, FilesWalk& walk);

}  // namespace docket
