// The system calls that a program of an operator's may not make. Unlike the engine's children, whose calls are listed,
// it can be any program: all but a few are allowed.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/error.h"

namespace docket {

/// The filter for programs. Sockets of other families than AF_UNIX are answered with ENONET unless `network`; what
/// looks into other processes, changes the machine, makes namespaces or goes round these rules, with EPERM (clone3(2)
/// with ENOSYS: its flags cannot be seen, and C libraries then use clone(2)). It holds for 32-bit calls as well; calls
/// of ABIs that it does not know, such as x32, are ENOSYS. It is loaded with load_filter() (sandbox/seccomp_rules.h).
Result<std::vector<sock_filter>> make_program_filter(bool network);

}  // namespace docket
