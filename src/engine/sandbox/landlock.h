// Landlock, as far as the sandbox uses it: landlock(7), Documentation/userspace-api/landlock.rst.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace docket::engine {

/// The kernel's Landlock version; 0 if there is none or it is switched off.
int landlock_version() noexcept;

/// A set of rules that forbids all that `version` can forbid, but reading files and folders below `folders`. Folders
/// that cannot be opened are left out.
Result<Fd> make_landlock_ruleset(int version, const std::vector<std::string>& folders);

/// Puts the calling thread under the rules; needs no_new_privs.
Result<void> enter_landlock(int ruleset);

}  // namespace docket::engine
