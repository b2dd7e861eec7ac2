#include "store/recovery/dead_holders.h"

#include <array>

#include "base/clock.h"

namespace docket {

Result<RecoveredHolders> recover_dead_holders(Store& store, Committer& committer, Membership& membership) {
  const auto holders = store.reader()->holders();
  if (!holders) {
    return pass_on(holders);
  }
  RecoveredHolders recovered;
  for (const auto& holder : *holders) {
    if (holder == membership.self() || !membership.is_dead(holder)) {
      continue;
    }
    RecoverHolder recover{.holder = holder, .now_ms = unix_ms()};
    const std::array<Command, 1> changes{&recover};
    committer.commit(changes);
    if (recover.result) {
      recovered.units += *recover.result;
    } else if (!recovered.failure) {
      recovered.failure = recover.result.error();
    }
  }
  membership.forget_dead();
  return recovered;
}

}  // namespace docket
