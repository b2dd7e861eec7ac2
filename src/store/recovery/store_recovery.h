// Opening a store that may have lost what was not on the disk when the power went.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "store/lmdb/lmdb_store.h"
#include "store/recovery/unsynced_mark.h"

namespace docket {

/// A store that is open; `mark` lives as long.
struct RecoveredStore {
  UnsyncedMark mark;
  std::unique_ptr<Store> store;
};

/// open_lmdb_store() for who serves it, its spool folder being there already. A store that was written to without
/// syncs under another boot of the machine, or that was being made when the power went, is checked first:
///
/// - All its records are read, by a child that may die of what it reads, and written anew into another environment,
///   because LMDB's list of free pages may be wrong where nothing else shows it. If they fit together the new one takes
///   the old one's place; else lmdb/ is set aside as lmdb.damaged-DATE, and an empty one made.
/// - All files that the records name are read. Jobs that lack one, or part of one, are removed.
///
/// `say` gets a sentence on whatever was lost. Blocks until that is done, by this process or another one: about as
/// long as the disk takes to read the store once; seconds for gigabytes. Another one is not waited for any more when
/// `stop()` says so.
/// Errors: as open_lmdb_store(); io and store_full if it cannot be checked now; store_unavailable where it was stopped.
Result<RecoveredStore> open_recovered_store(const LmdbOptions& options,
                                            const std::function<void(std::string_view)>& say,
                                            const std::function<bool()>& stop = {});

/// For programs that only look at a store, or mend it: store_unavailable if open_recovered_store() has to check it
/// first.
Result<void> expect_recovered(const std::string& folder);

}  // namespace docket
