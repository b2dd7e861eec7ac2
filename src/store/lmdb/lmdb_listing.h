// Listing the jobs of the embedded store, newest first.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "store/lmdb/lmdb_tables.h"
#include "store/reader.h"

namespace docket {

/// A listing under way, over as many snapshots as it takes.
struct Listing {
  const ListQuery& query;
  const std::function<void(const JobId&, const StatusView&)>& visit;
  std::optional<OwnerKey> owner;
  std::optional<JobId> looked_at;  ///< the last one: where the next snapshot goes on
  std::optional<JobId> visited;    ///< the last one
  std::uint32_t looks = 0;
  std::uint32_t visits = 0;
  std::optional<JobId> go_on_before;  ///< the result
};

/// Walks until the listing is complete (true) or the snapshot has been open long enough (false).
Result<bool> list_on(const lmdb::Txn& txn, const Tables& t, Listing& listing);

}  // namespace docket
