// Landlock, as far as the sandboxes use it: landlock(7), Documentation/userspace-api/landlock.rst.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// The kernel's Landlock version; 0 if there is none or it is switched off.
int landlock_version() noexcept;

/// What may be done with a file, or with all that is below a folder.
enum class FileRights : std::uint8_t {
  read,     ///< files and folders
  execute,  ///< read, and run programs
  device,   ///< read, write and ioctl(2)
  change,   ///< all but making device nodes
};

struct LandlockRule {
  std::string path;  ///< of a file or a folder
  FileRights rights = FileRights::read;
};

/// Whether TCP ports can be bound and connected to.
enum class LandlockNetwork : bool { none, all };

/// A set of rules that forbids all that `version` can forbid.
Result<Fd> make_landlock_ruleset(int version, LandlockNetwork network = LandlockNetwork::none);

/// Allows `rights` on what the descriptor `place` (O_PATH will do) stands for.
Result<void> allow_beneath(int ruleset, int version, int place, FileRights rights);

/// The same by paths. What cannot be opened is left out.
Result<void> allow_paths(int ruleset, int version, const std::vector<LandlockRule>& rules);

/// Puts the calling thread under the rules; needs no_new_privs.
Result<void> enter_landlock(int ruleset);

}  // namespace docket
