// The filter for programs of operators, call by call.
#include "sandbox/program_filter.h"

#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <functional>

#include "sandbox/child_test.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/seccomp_rules.h"

namespace docket {
namespace {

using test::ChildTest;
using test::error_of;
using test::Outcome;

class ProgramFilterTest : public ChildTest {
 protected:
  void SetUp() override {
    if (!has_seccomp()) {
      GTEST_SKIP() << "this kernel has no seccomp";
    }
    ChildTest::SetUp();
  }

  /// errno of what is done under the filter; 0 for success, -1 for death.
  static int error_inside(const std::function<long()>& what, bool network = false) {
    const auto filter = make_program_filter(network);
    EXPECT_TRUE(filter);
    return in_child([&] {
             ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
             return load_filter(*filter) ? error_of(what()) : -2;
           })
        .value;
  }
};

TEST_F(ProgramFilterTest, SocketsAreLocal) {
  for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG, AF_UNSPEC, -1}) {
    EXPECT_EQ(error_inside([&] { return ::socket(family, SOCK_STREAM, 0); }), ENONET) << family;
    EXPECT_EQ(error_inside([&] { return ::syscall(SYS_socketpair, family, SOCK_STREAM, 0, nullptr); }), ENONET)
        << family;
  }
  EXPECT_EQ(error_inside([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }), 0);
  EXPECT_EQ(error_inside([] { return ::socket(AF_INET, SOCK_STREAM, 0); }, true), 0);
}

TEST_F(ProgramFilterTest, WhatIsNoBusinessOfAProgramIsRefused) {
  struct Call {
    const char* name;
    long number;
  };
  for (const auto& call : {Call{"ptrace", SYS_ptrace},
                           {"process_vm_readv", SYS_process_vm_readv},
                           {"process_vm_writev", SYS_process_vm_writev},
                           {"perf_event_open", SYS_perf_event_open},
                           {"bpf", SYS_bpf},
                           {"userfaultfd", SYS_userfaultfd},
                           {"io_uring_setup", SYS_io_uring_setup},
                           {"io_uring_enter", SYS_io_uring_enter},
                           {"io_uring_register", SYS_io_uring_register},
                           {"keyctl", SYS_keyctl},
                           {"add_key", SYS_add_key},
                           {"unshare", SYS_unshare},
                           {"setns", SYS_setns},
                           {"mount", SYS_mount},
                           {"umount2", SYS_umount2},
                           {"move_mount", SYS_move_mount},
                           {"open_tree", SYS_open_tree},
                           {"fsopen", SYS_fsopen},
                           {"chroot", SYS_chroot},
                           {"pivot_root", SYS_pivot_root},
                           {"kexec_load", SYS_kexec_load},
                           {"init_module", SYS_init_module},
                           {"reboot", SYS_reboot},
                           {"open_by_handle_at", SYS_open_by_handle_at}}) {
    EXPECT_EQ(error_inside([&] { return ::syscall(call.number, 0, 0, 0, 0, 0); }), EPERM) << call.name;
  }
}

TEST_F(ProgramFilterTest, ProcessesAreMadeWithoutNamespaces) {
  EXPECT_EQ(error_inside([] {
              const auto child = ::fork();
              if (child == 0) {
                ::_exit(0);
              }
              return child;
            }),
            0);
  EXPECT_EQ(error_inside([] { return ::syscall(SYS_clone3, nullptr, 0); }), ENOSYS);
  for (const unsigned long flag :
       {CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    EXPECT_EQ(error_inside([&] {
                const auto child = ::syscall(SYS_clone, flag | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
                if (child == 0) {
                  ::_exit(0);
                }
                return child;
              }),
              EPERM)
        << flag;
  }
}

TEST_F(ProgramFilterTest, NobodyTypesForOthers) {
  EXPECT_EQ(error_inside([] { return ::ioctl(0, TIOCSTI, "x"); }), EPERM);
  // The kernel takes the lower half only.
  EXPECT_EQ(error_inside([] { return ::syscall(SYS_ioctl, 0, TIOCSTI | (1UL << 40U), "x"); }), EPERM);
  EXPECT_EQ(error_inside([] { return ::syscall(SYS_ioctl, -1, TIOCGWINSZ, nullptr); }), EBADF);
}

#ifdef __x86_64__
/// A call of the 32-bit ABI: from 64-bit code, too, the kernel takes it for one. Its result as the kernel gives it.
long small_call(long number, long first, long second, long third) {
  long result = 0;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(number), "b"(first), "c"(second), "d"(third)
               : "memory", "r8", "r9", "r10", "r11");
  return static_cast<int>(result);
}
long with_errno(long result) {
  errno = result < 0 ? static_cast<int>(-result) : 0;
  return result < 0 ? -1 : result;
}

TEST_F(ProgramFilterTest, HoldsFor32Bits) {
  constexpr long getpid_32 = 20;
  constexpr long ptrace_32 = 26;
  constexpr long socketcall_32 = 102;
  constexpr long clone_32 = 120;
  constexpr long unshare_32 = 310;
  constexpr long socket_32 = 359;
  constexpr long io_uring_setup_32 = 425;
  const auto plain = in_child([] { return small_call(getpid_32, 0, 0, 0) == ::getpid() ? 1 : 0; });
  if (plain.value != 1) {
    GTEST_SKIP() << "this kernel has no 32-bit calls";
  }
  EXPECT_EQ(error_inside([] { return with_errno(small_call(getpid_32, 0, 0, 0)); }), 0);
  EXPECT_EQ(error_inside([] { return with_errno(small_call(socket_32, AF_INET, SOCK_STREAM, 0)); }), ENONET);
  EXPECT_EQ(error_inside([] { return with_errno(small_call(socket_32, AF_UNIX, SOCK_STREAM, 0)); }), 0);
  EXPECT_EQ(error_inside([] { return with_errno(small_call(ptrace_32, 0, 0, 0)); }), EPERM);
  EXPECT_EQ(error_inside([] { return with_errno(small_call(unshare_32, 0, 0, 0)); }), EPERM);
  EXPECT_EQ(error_inside([] { return with_errno(small_call(clone_32, CLONE_NEWUSER, 0, 0)); }), EPERM);
  EXPECT_EQ(error_inside([] { return with_errno(small_call(io_uring_setup_32, 0, 0, 0)); }), EPERM);
  EXPECT_EQ(error_inside([] {
              auto* arguments = static_cast<std::uint32_t*>(
                  ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
              arguments[0] = AF_INET;
              arguments[1] = SOCK_STREAM;
              return with_errno(
                  small_call(socketcall_32, 1, static_cast<long>(reinterpret_cast<std::uintptr_t>(arguments)), 0));
            }),
            ENONET);
}

TEST_F(ProgramFilterTest, HoldsForX32) {
  constexpr long x32_bit = 0x40000000;
  EXPECT_EQ(error_inside([] { return ::syscall(x32_bit + SYS_socket, AF_INET, SOCK_STREAM, 0); }), ENOSYS);
  EXPECT_EQ(error_inside([] { return ::syscall(x32_bit + SYS_getpid); }), ENOSYS);
}
#endif

}  // namespace
}  // namespace docket
