#include "store/apply/unit_ending.h"

namespace docket {

void write_ending(ApplyContext& context, OpenJob& job, UnitEnding& ending) {
  context.write_pages(job, ending.pages);
  context.write_pages(job, ending.follow_up.given_up);
  if (ending.outputs != nullptr) {
    context.write_outputs(job.id, *ending.outputs);
  }
  if (ending.follow_up.unit_goes_on) {
    context.backend.requeue_unit(ending.unit);
    job.events.push_back({JobEventKind::retried, ending.unit.unit.file});
  } else {
    context.backend.remove_unit(ending.unit);
  }
  context.backend.queue_units(ending.follow_up.new_units, ending.unit.taker, ending.unit.place);
}

}  // namespace docket
