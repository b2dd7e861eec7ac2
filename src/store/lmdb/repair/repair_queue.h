// Lines, turns and leases made anew from the units there are.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "store/lmdb/repair/repair_tables.h"

namespace docket {

using UnitsOfJobs = std::map<JobId, std::vector<PlacedUnit>>;
/// How many units wait, by pool.
using WaitingUnits = std::array<std::uint64_t, 256>;

/// Writes the units and makes the tables of the queue say of each what it says itself: it waits in its line, or a
/// holder has it. `numbers` goes on giving out turns.
WaitingUnits repair_queue(RepairTables& tables, const UnitsOfJobs& units_of_jobs, Numbers& numbers);

}  // namespace docket
