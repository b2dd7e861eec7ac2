// The walk through what a command has left.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/fd.h"
#include "work/command/work_folder.h"

namespace docket {

/// WorkFolder::find_outputs(), and each_output() where there is `visit`, of these two folders. Used by WorkFolder only.
Result<FoundFiles> walk_outputs(Fd outputs, Fd temporary, std::uint64_t max_bytes, const WorkFolder::Visit& visit);

}  // namespace docket
