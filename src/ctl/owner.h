// Whose a store is, and running as them.
#pragma once

#include <string>

#include "base/error.h"

namespace docket::ctl {

/// Makes this process one of the user's whom the store's folder belongs to, so that no file is left there that nginx's
/// workers cannot read: root becomes them, with their groups, and cannot go back; anybody else must be them already.
/// Called before anything is opened. Errors: not_found if there is no such folder, forbidden with a sentence that
/// names the owner, io.
Result<void> become_owner(const std::string& store_folder);

}  // namespace docket::ctl
