#include "work/document/document_processor.h"

#include <utility>

#include "work/document/unit_run.h"

namespace docket {

Result<void> DocumentProcessor::prepare(const std::function<bool()>& stop) {
  return parts_.engine.health() ? Result<void>() : parts_.engine.prepare(stop);
}

std::unique_ptr<UnitTask> DocumentProcessor::take(ClaimedUnit unit, StoreReader& reader) {
  return std::make_unique<UnitRun>(parts_, reader, std::move(unit));
}

}  // namespace docket
