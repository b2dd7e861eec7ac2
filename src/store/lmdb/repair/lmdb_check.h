// Whether the embedded store's tables agree with one another.
#pragma once

#include <string>
#include <vector>

#include "store/lmdb/lmdb_environment.h"

namespace docket {

/// See check_lmdb_store(). At most 100 sentences, then one that says how many more there are.
Result<std::vector<std::string>> check_tables(LmdbEnvironment& environment);

}  // namespace docket
