// Removing a folder with all that is in it, whoever made it.
#pragma once

#include <string>

#include "base/error.h"

namespace docket {

/// Removes the entry `name` of the folder open as `parent`: a file, a link, or a folder with all below it, whatever its
/// modes and however deep; folders are moved up into `parent` on the way, as "NAME.1", "NAME.2" …, so that no name and
/// no descriptor is needed for each level. Nothing there is no error. Follows no link. Blocks. io with the name: what
/// could be removed is removed then.
Result<void> remove_tree(int parent, const std::string& name);

}  // namespace docket
