#include "work/upstream/upstream_processor.h"

#include <utility>

#include "work/upstream/upstream_run.h"

namespace docket {

Result<void> UpstreamProcessor::prepare(const std::function<bool()>&) {
  auto prepared = parts_.client.prepare();
  if (!prepared && parts_.log) {
    parts_.log("requests of docket_pass cannot be sent: " + prepared.error().detail);
  }
  return prepared;
}

std::unique_ptr<UnitTask> UpstreamProcessor::take(ClaimedUnit unit, StoreReader& reader) {
  return std::make_unique<UpstreamRun>(parts_, reader, std::move(unit));
}

}  // namespace docket
