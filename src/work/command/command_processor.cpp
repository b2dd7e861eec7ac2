#include "work/command/command_processor.h"

#include <utility>

#include "work/command/command_run.h"

namespace docket {

std::unique_ptr<UnitTask> CommandProcessor::take(ClaimedUnit unit, StoreReader& reader) {
  return std::make_unique<CommandRun>(parts_, program_, reader, std::move(unit));
}

}  // namespace docket
