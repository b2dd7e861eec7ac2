// Starting a program: its process, from the fork to the exec.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "launch/confinement.h"
#include "protocol/launch.h"

namespace docket::launch {

/// What a program is started with, besides its Request.
struct ProgramStart {
  const Confinement& confinement;
  bool own_proc = false;          ///< /proc shows its own processes only
  bool counts_processes = false;  ///< RLIMIT_NPROC counts those of programs only (Nursery)
  int group = -1;                 ///< cgroup.procs of its control group; -1: none
};

/// Our ends of a program's pipes, none of which blocks us.
struct ProgramPipes {
  Fd input;     ///< of a program that stays
  Fd output;    ///< standard output
  Fd error;     ///< standard error
  Fd progress;  ///< descriptor 3
};

struct StartedProgram {
  pid_t pid = -1;
  ProgramPipes pipes;
};

/// Forks and executes a program as protocol/launch.h has it, in a session of its own. Waits until it runs. Errors say
/// which step failed: there is no program then.
Result<StartedProgram> start_program(const Request& request, const ProgramStart& start);

}  // namespace docket::launch
