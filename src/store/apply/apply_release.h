// What takes units out of the hands of their holders.
#pragma once

#include "store/apply/apply_context.h"

namespace docket {

void carry_out(ApplyContext& context, RecoverHolder& command);
void carry_out(ApplyContext& context, RequeueJob& command);

}  // namespace docket
