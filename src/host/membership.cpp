#include "host/membership.h"

#include <utility>

namespace docket {

Result<LeaseMembership> LeaseMembership::join(std::string run_folder, std::string_view note) {
  LeaseMembership membership(std::move(run_folder));
  auto lease = LeaseFile::create(membership.run_folder_, note);
  if (!lease) {
    return pass_on(lease);
  }
  membership.lease_ = std::move(*lease);
  return membership;
}

Result<void> LeaseMembership::beat() {
  if (lease_ && !lease_->is_there()) {
    return fail(ErrorCode::lease_lost,
                "the lease file of this process was removed from " + run_folder_ + ": others take it for dead");
  }
  return {};
}

}  // namespace docket
