// Mends the embedded store's tables where they do not agree with one another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/lmdb/lmdb_reader.h"
#include "job/state_change.h"

namespace docket {

/// See repair_lmdb_store(). One write transaction; whoever else writes waits for it. `told`: what a StateListener is to
/// hear of it.
Result<std::vector<std::string>> repair_tables(LmdbEnvironment& environment, std::int64_t now_ms,
                                               std::vector<StateChange>& told);

}  // namespace docket
