// What dead members of a store held is given back.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "host/membership.h"
#include "store/committer.h"

namespace docket {

struct RecoveredHolders {
  std::uint32_t units = 0;         ///< that wait again
  std::optional<Error> failure{};  ///< why the first of those that could not be recovered now was not
};

/// Has the units and deliveries of all dead holders wait again, and forgets these members. Blocks for a transaction
/// each. Errors of the store where it cannot even be asked who holds something.
Result<RecoveredHolders> recover_dead_holders(Store& store, Committer& committer, Membership& membership);

}  // namespace docket
