#include "store/apply/applier.h"

#include "store/apply/apply_accept.h"
#include "store/apply/apply_deliveries.h"
#include "store/apply/apply_jobs.h"
#include "store/apply/apply_release.h"
#include "store/apply/apply_units.h"

namespace docket {

void Applier::apply(std::span<const Command> commands) {
  for (const auto& command : commands) {
    std::visit([&](auto* one) { carry_out(context_, *one); }, command);
    if (context_.backend.failed()) {
      return;
    }
  }
}

}  // namespace docket
