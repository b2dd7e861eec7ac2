#include "sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sandbox/seccomp_rules.h"

namespace docket {
namespace {

// What Poppler, FreeType, fontconfig, Leptonica, Tesseract and the C library need when all that starts is started.
// None of these reaches anything but the process itself and what it has open.
constexpr std::array allowed{
    // Descriptors that are open. No pwrite, ftruncate, fallocate or F_SETFL: what was appended stays as it is.
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fadvise64),
    SCMP_SYS(getdents64),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(sendmsg),
    // Memory.
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    // Time, chance, and who we are.
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getcwd),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrlimit),
    SCMP_SYS(ugetrlimit),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    // The process itself and its end. tgkill is cut down to the own process by the second filter.
    SCMP_SYS(futex),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(tgkill),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// What tells about files by name, which Landlock leaves alone; fontconfig wants it. Nothing of it reads a file.
constexpr std::array allowed_names{
    SCMP_SYS(stat),   SCMP_SYS(lstat),     SCMP_SYS(newfstatat), SCMP_SYS(statx),    SCMP_SYS(statfs),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
};

// What libraries try and can do without: caches that they would write, terminals, newer calls than we know.
struct Denial {
  int call;
  std::uint16_t error;
};
constexpr std::array denied{
    Denial{SCMP_SYS(ioctl), ENOTTY},    Denial{SCMP_SYS(openat2), ENOSYS}, Denial{SCMP_SYS(creat), EACCES},
    Denial{SCMP_SYS(mkdir), EACCES},    Denial{SCMP_SYS(mkdirat), EACCES}, Denial{SCMP_SYS(unlink), EACCES},
    Denial{SCMP_SYS(unlinkat), EACCES}, Denial{SCMP_SYS(prctl), EPERM},
};

struct Open {
  int call;
  unsigned flags_at;
};
constexpr std::array opens{Open{SCMP_SYS(open), 1}, Open{SCMP_SYS(openat), 2}};

void add_opens(SeccompRules& rules, bool may_open) {
  for (const auto& open : opens) {
    if (!may_open) {
      rules.add(SCMP_ACT_ERRNO(EACCES), open.call);
      continue;
    }
    // A rule without conditions would swallow those with; so each flag that is more than reading has its own.
    scmp_datum_t more_than_reading = 0;
    for (const scmp_datum_t flag : {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_PATH}) {
      more_than_reading |= flag;
      rules.add(SCMP_ACT_ERRNO(EACCES), open.call, bits(open.flags_at, flag, flag));
    }
    rules.add(SCMP_ACT_ALLOW, open.call, bits(open.flags_at, more_than_reading, 0));
  }
}

void add_rules(SeccompRules& rules, bool may_open) {
  for (const int call : allowed) {
    rules.add(SCMP_ACT_ALLOW, call);
  }
  for (const int call : allowed_names) {
    if (may_open) {
      rules.add(SCMP_ACT_ALLOW, call);
    }
  }
  if (!may_open) {
    // The C library's fstat() is newfstatat with AT_EMPTY_PATH.
    for (const int call : {SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(access),
                           SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat)}) {
      rules.add(SCMP_ACT_ERRNO(EACCES), call);
    }
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), bits(3, AT_EMPTY_PATH, AT_EMPTY_PATH));
    rules.add(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), bits(3, AT_EMPTY_PATH, 0));
  }
  for (const auto& denial : denied) {
    rules.add(SCMP_ACT_ERRNO(denial.error), denial.call);
  }
  add_opens(rules, may_open);
  // Memory that can be executed is made by attackers only: nothing here compiles.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)}) {
    rules.add(SCMP_ACT_ALLOW, call, bits(2, PROT_EXEC, 0));
    rules.add(SCMP_ACT_ERRNO(EACCES), call, bits(2, PROT_EXEC, PROT_EXEC));
  }
  for (const int call : {SCMP_SYS(fcntl), SCMP_SYS(fcntl64)}) {
    for (const scmp_datum_t command : {F_GETFD, F_SETFD, F_GETFL, F_DUPFD, F_DUPFD_CLOEXEC}) {
      rules.add(SCMP_ACT_ALLOW, call, equals(1, command));
    }
    rules.add(SCMP_ACT_ERRNO(EPERM), call, equals(1, F_SETFL));
  }
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), equals(0, 0), equals(2, 0));  // asking, of itself
#ifdef __SANITIZE_ADDRESS__
  // UndefinedBehaviorSanitizer, built along with it, finds out by a pipe whether an object can be read (vptr).
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(pipe));
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(pipe2));
#endif
}

constexpr sock_filter load_word(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
/// Skips `if_not` instructions unless the loaded word is `value`.
constexpr sock_filter expect(std::uint32_t value, std::uint8_t if_not) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, if_not);
}
constexpr sock_filter answer(std::uint32_t action) {
  return BPF_STMT(BPF_RET | BPF_K, action);
}

}  // namespace

bool has_seccomp() noexcept {
  const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

Result<std::vector<sock_filter>> make_seccomp_filter(bool may_open) {
  const SeccompContext context(::seccomp_init(SCMP_ACT_KILL_PROCESS), &::seccomp_release);
  if (!context) {
    return fail(ErrorCode::io, "seccomp_init failed");
  }
  SeccompRules rules(context.get());
  rules.note(::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  rules.note(::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));  // a binary tree, not a list
  add_rules(rules, may_open);
  if (rules.error() != 0) {
    return fail_errno("seccomp_rule_add", rules.error());
  }
  return compile_filter(context.get());
}

Result<void> enter_seccomp(const std::vector<sock_filter>& filter) {
  // abort() is tgkill on the process itself; on another one it could kill the worker. The main filter has checked the
  // architecture, so the number means what we think.
  const auto self = static_cast<std::uint32_t>(::getpid());
  const std::array own_signals{
      load_word(offsetof(seccomp_data, nr)),
      expect(SYS_tgkill, 4),
      load_word(offsetof(seccomp_data, args)),
      expect(self, 3),
      load_word(offsetof(seccomp_data, args) + sizeof(std::uint32_t)),
      expect(0, 1),
      answer(SECCOMP_RET_ALLOW),
      answer(SECCOMP_RET_KILL_PROCESS),
  };
  // A filter that is loaded binds the loading of the next one; so the one that forbids it comes last.
  if (auto loaded = load_filter(own_signals); !loaded) {
    return loaded;
  }
  return load_filter(filter);
}

}  // namespace docket
