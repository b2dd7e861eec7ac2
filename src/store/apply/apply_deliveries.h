// Callbacks in the hands of senders, and those that are asked for again (job/delivery.h).
#pragma once

#include "store/apply/apply_context.h"

namespace docket {

void carry_out(ApplyContext& context, TakeDeliveries& command);
void carry_out(ApplyContext& context, EndDelivery& command);
void carry_out(ApplyContext& context, ResendDelivery& command);

/// The deliveries of a dead sender wait again.
void recover_deliveries(ApplyContext& context, const Holder& holder, std::int64_t now_ms);

}  // namespace docket
