// How a job comes into a store: made once for each Idempotency-Key, where there is room, and with the results of
// another job where they are the same.
#pragma once

#include "store/apply/apply_context.h"

namespace docket {

void carry_out(ApplyContext& context, AcceptJob& command);

}  // namespace docket
