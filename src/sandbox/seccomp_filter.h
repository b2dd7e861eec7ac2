// The system calls that a unit's child may make.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/error.h"

namespace docket {

/// Whether the kernel filters system calls and can end a process for one.
bool has_seccomp() noexcept;

/// The program for children: an allow-list, with the end of the process (SIGSYS) for all else. `may_open`: files may
/// be opened for reading (Landlock says which); else every open is answered with EACCES.
Result<std::vector<sock_filter>> make_seccomp_filter(bool may_open);

/// Puts the calling thread under `filter`, and under a second one by which it can send signals to itself only; needs
/// no_new_privs.
Result<void> enter_seccomp(const std::vector<sock_filter>& filter);

}  // namespace docket
