// Writing an environment anew from one of which it is not known what of it came to the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"

namespace docket {

/// Reads all of the environment in the folder `from`, writes it into the empty folder `into`, synced, and compares the
/// tables there with one another. Returns what is wrong with `from`; nothing if it is sound. It is read in a child
/// process, since a page that is not what LMDB takes it for can crash the process that reads it. The calling process
/// may have threads, if none of them is at work.
/// Errors: whatever else came in the way; nothing is known of `from` then.
Result<std::optional<std::string>> rebuild_environment(const std::string& from, const std::string& into,
                                                       std::uint64_t map_size);

}  // namespace docket
