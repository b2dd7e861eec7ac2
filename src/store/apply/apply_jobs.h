// What is done to a job as a whole: cancelled, removed, given up, told how far it is, or its client named.
#pragma once

#include "store/apply/apply_context.h"

namespace docket {

void carry_out(ApplyContext& context, CancelJob& command);
void carry_out(ApplyContext& context, RemoveJob& command);
void carry_out(ApplyContext& context, FailJob& command);
void carry_out(ApplyContext& context, ReportSteps& command);
void carry_out(ApplyContext& context, NameClient& command);

}  // namespace docket
