// An open environment of the embedded store.
#pragma once

#include <chrono>
#include <utility>

#include "store/lmdb/lmdb.h"
#include "store/lmdb/lmdb_tables.h"

namespace docket {

/// An open environment with its tables. Shared by the store and its readers; the last of them closes it.
struct LmdbEnvironment {
  LmdbEnvironment(lmdb::Env opened, const Tables& handles) noexcept : env(std::move(opened)), tables(handles) {}

  lmdb::Env env;
  Tables tables;
};

/// A walk over many jobs begins a new snapshot after this long: no snapshot may be open for 100 ms, since pages that it
/// shows cannot be used again meanwhile, and one slow visit, or one large job, may come on top.
inline constexpr std::chrono::milliseconds longest_snapshot{50};

}  // namespace docket
