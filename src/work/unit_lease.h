// The right by which a processor does its unit.
#pragma once

#include "host/membership.h"
#include "job/unit.h"
#include "store/reader.h"

namespace docket {

/// Of a unit that this process has claimed.
Lease lease_of(const Membership& membership, const Unit& unit);

/// Whether what the unit comes to is not wanted any more: the job was removed or is final already, or the unit was
/// taken away and given back to the line.
bool is_unwanted(StoreReader& reader, const Lease& lease);

}  // namespace docket
