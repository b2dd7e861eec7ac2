// Mends the embedded store's tables where they do not agree with one another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "job/state_transition.h"
#include "store/lmdb/lmdb_environment.h"

namespace docket {

/// See repair_lmdb_store(). One write transaction; other writers wait for it. `told`: what a StateListener is to
/// hear of it.
Result<std::vector<std::string>> repair_tables(LmdbEnvironment& environment, std::int64_t now_ms,
                                               std::vector<StateTransition>& told);

}  // namespace docket
