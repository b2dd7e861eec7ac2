// What a child does with its request: probe, range or assemble.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/wire.h"

namespace docket::engine {

/// A child's descriptors; -1 what it was not given. They are not closed: the child's end does that.
struct UnitDescriptors {
  int unit = -1;                 ///< socket to the worker's thread
  int input = -1;                ///< the document, or, for assemble, the pages file
  int output = -1;               ///< the unit's own output, for appending
  int pages = -1;                ///< the pages file, for appending
  std::vector<int> documents{};  ///< for assemble: the job's files, if they are needed
};

/// Does a unit, tells the worker how it goes, and ends the process with the last word; with wire::exit_worker_gone when
/// the worker's end of the socket is closed. Exceptions are the caller's.
[[noreturn]] void run_unit(const wire::UnitRequest& request, const UnitDescriptors& descriptors);

}  // namespace docket::engine
