#include "sandbox/program_filter.h"

#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sandbox/seccomp_rules.h"

namespace docket {
namespace {

constexpr std::array refused{
    // Other processes.
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(perf_event_open),
    // What the kernel does for us where these rules do not reach, or what has opened too many holes in it.
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(bpf),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    // Namespaces, and files beside their paths.
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    // The machine.
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(syslog),
    SCMP_SYS(settimeofday),
    SCMP_SYS(stime),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_settime64),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(clock_adjtime64),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(vhangup),
    SCMP_SYS(vm86),
    SCMP_SYS(vm86old),
    SCMP_SYS(modify_ldt),
};

// What would outlive the program, and could be met by the next one.
constexpr std::array lasting{SCMP_SYS(shmget), SCMP_SYS(msgget), SCMP_SYS(semget), SCMP_SYS(mq_open)};

// Landlock does not know modes, owners and times, and the program's user is that of the store: these calls succeed and
// do nothing, since tools that copy or unpack make them for files of their own.
constexpr std::array of_no_effect{
    SCMP_SYS(chmod),  SCMP_SYS(fchmod),   SCMP_SYS(fchmodat),  SCMP_SYS(chown),     SCMP_SYS(fchown),
    SCMP_SYS(lchown), SCMP_SYS(fchownat), SCMP_SYS(chown32),   SCMP_SYS(fchown32),  SCMP_SYS(lchown32),
    SCMP_SYS(utime),  SCMP_SYS(utimes),   SCMP_SYS(futimesat), SCMP_SYS(utimensat), SCMP_SYS(utimensat_time64),
};
constexpr std::array without_attributes{SCMP_SYS(setxattr),    SCMP_SYS(lsetxattr),    SCMP_SYS(fsetxattr),
                                        SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr)};

// Newer forms of these, which libseccomp may not know; the numbers are those of all machines: fchmodat2, setxattrat,
// removexattrat, file_setattr. Without them the C library uses the older forms.
constexpr std::array<std::uint32_t, 4> unknown_to_libseccomp{452, 463, 466, 469};

/// `filter` behind rules that answer those with ENOSYS.
std::vector<sock_filter> without_newer_forms(const std::vector<sock_filter>& filter) {
  std::vector<sock_filter> all{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const auto number : unknown_to_libseccomp) {
    all.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    all.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  }
  all.insert(all.end(), filter.begin(), filter.end());
  return all;
}

// The kernel looks at the lower half of these arguments only, and so must a rule.
constexpr scmp_datum_t lower_half = 0xFFFFFFFF;
constexpr std::uint32_t tiocsti = TIOCSTI;
constexpr std::uint32_t tioclinux = TIOCLINUX;

constexpr std::array<scmp_datum_t, 7> new_namespaces{CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                                     CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};

void add_program_rules(SeccompRules& rules, bool network) {
  for (const int call : refused) {
    rules.add(SCMP_ACT_ERRNO(EPERM), call);
  }
  for (const int call : lasting) {
    rules.add(SCMP_ACT_ERRNO(EPERM), call);
  }
  for (const int call : of_no_effect) {
    rules.add(SCMP_ACT_ERRNO(0), call);
  }
  for (const int call : without_attributes) {
    rules.add(SCMP_ACT_ERRNO(EOPNOTSUPP), call);
  }
  for (const auto flag : new_namespaces) {
    rules.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), bits(0, flag, flag));
  }
  rules.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
  for (const auto request : {tiocsti, tioclinux}) {
    rules.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), bits(1, lower_half, request));
  }
  if (!network) {
    // socketcall(2) of 32-bit programs has its arguments in memory: libseccomp forbids it every socket.
    for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
      rules.add(SCMP_ACT_ERRNO(ENONET), call, scmp_arg_cmp{0, SCMP_CMP_NE, AF_UNIX, 0});
    }
  }
}

/// The 32-bit ABI of the machine that we are built for; 0 if there is none.
std::uint32_t small_sister() noexcept {
  switch (::seccomp_arch_native()) {
    case SCMP_ARCH_X86_64:
      return SCMP_ARCH_X86;
    case SCMP_ARCH_AARCH64:
      return SCMP_ARCH_ARM;
    default:
      return 0;
  }
}

}  // namespace

Result<std::vector<sock_filter>> make_program_filter(bool network) {
  const SeccompContext context(::seccomp_init(SCMP_ACT_ALLOW), &::seccomp_release);
  if (!context) {
    return fail(ErrorCode::io, "seccomp_init failed");
  }
  SeccompRules rules(context.get());
  rules.note(::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
  rules.note(::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  if (const auto sister = small_sister(); sister != 0) {
    rules.note(::seccomp_arch_add(context.get(), sister));
  }
  add_program_rules(rules, network);
  if (rules.error() != 0) {
    return fail_errno("seccomp_rule_add", rules.error());
  }
  return compile_filter(context.get()).map(without_newer_forms);
}

}  // namespace docket
