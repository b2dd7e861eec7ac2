#include "work/unit_lease.h"

#include <algorithm>

namespace docket {

Lease lease_of(const Membership& membership, const Unit& unit) {
  return {.holder = membership.self(), .seq = unit.seq, .attempt = unit.attempt, .job = unit.job};
}

bool is_unwanted(StoreReader& reader, const Lease& lease) {
  const auto job = reader.summary(lease.job);
  if (!job) {
    return job.error().code == ErrorCode::not_found;
  }
  if (is_final(job->head.state)) {
    return true;
  }
  const auto leases = reader.leases();
  return leases && std::ranges::find(*leases, lease) == leases->end();
}

}  // namespace docket
