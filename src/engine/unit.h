// What a child does with its request: probe, range or assemble.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/wire.h"

namespace docket::engine {

/// A child's descriptors; -1 what it was not given. Nobody closes them: the child ends.
struct UnitDescriptors {
  int unit = -1;                 ///< socket to the worker's thread
  int input = -1;                ///< the document, or, for assemble, the pages file
  int output = -1;               ///< the unit's own output, for appending
  int pages = -1;                ///< the pages file, for appending
  std::vector<int> documents{};  ///< for assemble: the job's files, if they are needed
};

/// Does a unit and tells the worker how it goes. Returns the child's exit code; ends the process at once with
/// wire::exit_worker_gone when nobody listens any more.
int run_unit(const wire::UnitRequest& request, const UnitDescriptors& descriptors);

}  // namespace docket::engine
