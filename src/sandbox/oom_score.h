// Who goes first where memory is short.
#pragma once

namespace docket {

/// Has the kernel end the calling process, and those that it starts, before others that need as much memory: a unit is
/// done again, a worker's clients lose their connections. oom_score_adj of proc(5); what cannot be set stays.
void offer_for_oom() noexcept;

}  // namespace docket
