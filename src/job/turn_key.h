// Between whom turns are taken in the queue: between owners, and where a job has none, between clients.
#pragma once

#include <cstdint>
#include <span>

#include "job/job_event.h"

namespace docket {

/// A client by its address, which is one of IPv6, or of IPv4 in its mapped form (RFC 4291, 2.5.5.2). Of IPv6 the first
/// 64 bits tell clients apart, since a client mostly has all addresses behind them. No owner's key looks like it, but
/// for one in 2^63.
OwnerKey client_key(std::span<const std::uint8_t, 16> address) noexcept;

/// Who takes turns for the jobs of `owner` that came from `client` (zeros: from where is not known).
OwnerKey turn_key(const OwnerKey& owner, const OwnerKey& client) noexcept;

/// Whether `key` may be the one that takes turns for jobs of `owner`, wherever they came from.
bool takes_turns_for(const OwnerKey& key, const OwnerKey& owner) noexcept;

}  // namespace docket
