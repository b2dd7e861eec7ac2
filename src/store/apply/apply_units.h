// What workers do with units: take one, record its pages, end it.
#pragma once

#include "store/apply/apply_context.h"

namespace docket {

void carry_out(ApplyContext& context, ClaimUnit& command);
void carry_out(ApplyContext& context, RecordPages& command);
void carry_out(ApplyContext& context, RecordSteps& command);
void carry_out(ApplyContext& context, EndUnit& command);

}  // namespace docket
