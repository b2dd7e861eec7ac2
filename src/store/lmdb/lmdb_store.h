// The embedded store: LMDB. See store/lmdb/lmdb_store.cpp for the tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/store.h"

namespace docket {

struct LmdbOptions {
  std::string folder;                                ///< the store's folder; the environment is in lmdb/ below it
  std::uint64_t map_size = std::uint64_t{64} << 30;  ///< address space, not disk; a read_only store takes what there is
  bool sync = true;                                  ///< off: MDB_NOSYNC
  bool read_only = false;                            ///< docketctl: never creates, never writes
  bool create = true;                                ///< make folders and environment if there are none
  std::uint32_t max_readers = 1024;
  std::uint64_t kept_changes = 100'000;  ///< how many of the newest changes are kept
  StateListener told{};                  ///< called for the changes that this process makes; nothing: none is
};

/// The used share of the map from which on new jobs are refused: the rest is for deletes and state changes.
inline constexpr double full_share = 0.90;

/// Opens (or makes) a store. The environment's descriptor is close-on-exec; dead readers are cleared. The store and
/// all its readers share the environment, and it can be opened once per process.
/// Errors: not_found if there is none and none is to be made; io with the call and path; bad_record for a newer schema
/// or what is no store.
Result<std::unique_ptr<Store>> open_lmdb_store(const LmdbOptions& options);

/// Compares the tables of a store made by open_lmdb_store() with one another: what does not fit, one sentence each;
/// empty for a sound store. Walks everything in one snapshot: for tests and repair, not for a store in use.
Result<std::vector<std::string>> check_lmdb_store(Store& store);

/// Makes the tables of such a store agree with one another again, in one write transaction, for which all writers of a
/// live store wait. Lines, leases, indexes and counters are made anew from jobs, units and pages; a job that is not
/// final and whose own parts do not fit together fails (corrupt). Returns what was mended, one sentence each; what a
/// check finds afterwards cannot be mended. Errors as Store::commit(): then nothing was changed.
Result<std::vector<std::string>> repair_lmdb_store(Store& store, std::int64_t now_ms);

}  // namespace docket
