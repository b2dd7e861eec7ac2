// Pools of units that have names, in the configuration: their numbers are the same for all who share a store, and for
// as long as it lives, since jobs are stored with them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace docket {

/// The number of the first named pool; those before are documents, commands and what may come.
inline constexpr std::uint8_t first_named_pool = 8;
inline constexpr std::size_t max_named_pools = 200;

/// Adds those of `names` that are not known yet to the file pools of the store, durably, and gives all that are known:
/// the one at place i has the number first_named_pool + i. Names have no line breaks. Blocks. Errors: io; queue_full
/// for more than max_named_pools.
Result<std::vector<std::string>> register_pools(const std::string& store_path, std::span<const std::string> names);

}  // namespace docket
