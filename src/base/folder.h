// Folders: making them, and writing the names in them to the disk.
#pragma once

#include <string>

#include "base/error.h"

namespace docket {

/// Makes a folder for this user alone (mode 0700), unless it is there. Not the ones above it. io with the path.
Result<void> make_folder(const std::string& path);

/// Writes the folder's names to the disk: what was made, renamed or removed in it survives a loss of power. Blocks.
/// io with the path.
Result<void> sync_folder(const std::string& path);

}  // namespace docket
