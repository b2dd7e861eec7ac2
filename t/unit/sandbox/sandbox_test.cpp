// Tries from inside the sandbox what a document that has taken over its reader would try.
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/seqpacket.h"
#include "sandbox/child_test.h"
#include "sandbox/landlock.h"
#include "sandbox/seccomp_filter.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

using engine::test::slurp;
using test::ChildTest;
using test::error_of;
using test::Outcome;

class SandboxTest : public ChildTest {
 protected:
  void SetUp() override {
    if (landlock_version() == 0 || !has_seccomp()) {
      GTEST_SKIP() << "this kernel has no " << (landlock_version() == 0 ? "Landlock" : "seccomp");
    }
    ChildTest::SetUp();
    auto prepared = Sandbox::prepare({(root_ / "fonts").string(), "/does/not/exist"}, true);
    ASSERT_TRUE(prepared) << prepared.error().detail;
    sandbox_.emplace(std::move(*prepared));
  }

  /// Does `what` in a child inside the sandbox.
  Outcome inside(const std::function<int()>& what) const {
    return in_child([&] { return sandbox_->enter() ? what() : -2; });
  }

  /// `signal` is the filter's, where the kernel has a call to be asked for.
  void expect_killed(const char* name, const std::function<long()>& what, int signal = SIGSYS) const {
    const auto outcome = inside([&] {
      static_cast<void>(what());
      return 0;
    });
    EXPECT_EQ(outcome.signal, signal) << name;
    EXPECT_EQ(outcome.value, -1) << name << " came back";
  }

  void expect_refused(const char* name, int error, const std::function<long()>& what) const {
    const auto outcome = inside([&] { return error_of(what()); });
    EXPECT_EQ(outcome.signal, 0) << name;
    EXPECT_EQ(outcome.value, error) << name;
  }

  std::optional<Sandbox> sandbox_;
};

TEST_F(SandboxTest, IsDescribed) {
  EXPECT_EQ(sandbox_->description(), "landlock " + std::to_string(landlock_version()) + ", seccomp");
  EXPECT_GE(sandbox_->ruleset(), 10);
  EXPECT_NE(::fcntl(sandbox_->ruleset(), F_GETFD) & FD_CLOEXEC, 0);
}

// ---- What a reader needs.

TEST_F(SandboxTest, ReadsBelowItsFolders) {
  const auto font = path("fonts/font");
  const auto folder = path("fonts");
  EXPECT_EQ(inside([&] {
              std::array<char, 16> bytes{};
              const int fd = ::open(font.c_str(), O_RDONLY | O_CLOEXEC);
              return static_cast<int>(::read(fd, bytes.data(), bytes.size()));
            }).value,
            6);
  EXPECT_EQ(inside([&] { return error_of(::open(folder.c_str(), O_RDONLY | O_DIRECTORY)); }).value, 0);
}

TEST_F(SandboxTest, UsesWhatIsOpen) {
  const Fd input(::open(path("store/data.mdb").c_str(), O_RDONLY));
  const Fd output(::open(path("store/out").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600));
  const auto pair = make_packet_pair();
  const auto outcome = inside([&] {
    std::string bytes(16, '\0');
    const bool read = ::pread(input.get(), bytes.data(), bytes.size(), 0) == 16;
    const bool written = ::write(output.get(), bytes.data(), bytes.size()) == 16;
    const bool sought = ::lseek(output.get(), 0, SEEK_CUR) == 16;
    struct stat file {};
    const bool known = ::fstat(input.get(), &file) == 0 && file.st_size == 16;
    void* mapped = ::mmap(nullptr, 16, PROT_READ, MAP_PRIVATE, input.get(), 0);
    const bool told = send_packet(pair->here.get(), "done").has_value();
    return read && written && sought && known && mapped != MAP_FAILED && told ? 1 : 0;
  });
  EXPECT_EQ(outcome.value, 1) << outcome.signal;
  EXPECT_EQ(slurp(root_ / "store/out"), "everybody's jobs");
  EXPECT_EQ(receive_packet(pair->there.get(), 16)->bytes, "done");
}

TEST_F(SandboxTest, HasMemoryAndTime) {
  EXPECT_EQ(inside([] {
              std::vector<std::string> many(10'000, std::string(4096, 'x'));
              many.resize(10);
              timespec now{};
              return ::clock_gettime(CLOCK_MONOTONIC, &now) == 0 && many[9].size() == 4096 ? 1 : 0;
            }).value,
            1);
}

TEST_F(SandboxTest, AbortIsAnAbort) {
  EXPECT_EQ(inside([]() -> int { std::abort(); }).signal, SIGABRT);
}

// ---- Files.

TEST_F(SandboxTest, OpensNoOtherFile) {
  const auto store = path("store/data.mdb");
  for (const auto& name : {store, std::string("/etc/passwd"), std::string("/proc/self/environ"),
                           std::string("/proc/1/cmdline"), std::string("/dev/zero")}) {
    expect_refused(name.c_str(), EACCES, [&] { return ::open(name.c_str(), O_RDONLY); });
  }
  const auto detour = path("fonts/../store/data.mdb");
  expect_refused("a path that leaves the folder", EACCES, [&] { return ::open(detour.c_str(), O_RDONLY); });
  const auto parent = "/proc/" + std::to_string(::getpid()) + "/mem";
  expect_refused("the server's memory", EACCES, [&] { return ::open(parent.c_str(), O_RDONLY); });
  expect_refused("a folder", EACCES, [&] { return ::open("/", O_RDONLY | O_DIRECTORY); });
}

TEST_F(SandboxTest, FollowsNoLinkOutOfItsFolders) {
  fs::create_symlink(root_ / "store/data.mdb", root_ / "fonts/link");
  const auto link = path("fonts/link");
  expect_refused("a symbolic link", EACCES, [&] { return ::open(link.c_str(), O_RDONLY); });
}

TEST_F(SandboxTest, WritesNoFile) {
  const auto font = path("fonts/font");
  const auto fresh = path("fonts/new");
  expect_refused("open for writing", EACCES, [&] { return ::open(font.c_str(), O_WRONLY); });
  expect_refused("open for both", EACCES, [&] { return ::open(font.c_str(), O_RDWR); });
  expect_refused("truncating open", EACCES, [&] { return ::open(font.c_str(), O_RDONLY | O_TRUNC); });
  expect_refused("creating open", EACCES, [&] { return ::open(fresh.c_str(), O_RDONLY | O_CREAT, 0600); });
  expect_refused("O_TMPFILE", EACCES, [&] { return ::open(path("fonts").c_str(), O_TMPFILE | O_RDWR, 0600); });
  expect_refused("O_PATH", EACCES, [&] { return ::open(font.c_str(), O_PATH); });
  expect_refused("creat", EACCES, [&] { return ::creat(fresh.c_str(), 0600); });
  expect_refused("mkdir", EACCES, [&] { return ::mkdir(fresh.c_str(), 0700); });
  expect_refused("unlink", EACCES, [&] { return ::unlink(font.c_str()); });
  expect_killed("rename", [&] { return ::rename(font.c_str(), fresh.c_str()); });
  expect_killed("link", [&] { return ::link(font.c_str(), fresh.c_str()); });
  expect_killed("symlink", [&] { return ::symlink(font.c_str(), fresh.c_str()); });
  expect_killed("chmod", [&] { return ::chmod(font.c_str(), 0777); });
  expect_killed("truncate", [&] { return ::truncate(font.c_str(), 0); });
  expect_killed("mknod", [&] { return ::mknod(fresh.c_str(), S_IFIFO | 0600, 0); });
  EXPECT_FALSE(fs::exists(fresh));
  EXPECT_EQ(slurp(font), "a font");
}

TEST_F(SandboxTest, ChangesNothingThatWasAppended) {
  const Fd pages(::open(path("store/pages").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600));
  ASSERT_EQ(::write(pages.get(), "page 1", 6), 6);
  expect_refused("F_SETFL", EPERM, [&] { return ::fcntl(pages.get(), F_SETFL, 0); });
  expect_killed("ftruncate", [&] { return ::ftruncate(pages.get(), 0); });
  expect_killed("pwrite", [&] { return ::pwrite(pages.get(), "x", 1, 0); });
  expect_killed("fallocate", [&] { return ::fallocate(pages.get(), 0x03, 0, 6); });  // punch a hole
  expect_killed("fchmod", [&] { return ::fchmod(pages.get(), 0777); });
  const auto outcome = inside([&] {
    ::lseek(pages.get(), 0, SEEK_SET);
    return static_cast<int>(::write(pages.get(), "page 2", 6));
  });
  EXPECT_EQ(outcome.value, 6);
  EXPECT_EQ(slurp(root_ / "store/pages"), "page 1page 2");
}

// ---- Others: processes, programs, the network.

TEST_F(SandboxTest, ReachesNoSocket) {
  for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}) {
    expect_killed("socket", [&] { return ::socket(family, SOCK_STREAM, 0); });
  }
  // A socket that is open, and a server that listens: even then.
  const Fd folder(::open(path("store").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto name = "/proc/self/fd/" + std::to_string(folder.get()) + "/socket";  // a folder's own name may be too long
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const Fd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::bind(listener.get(), generic, sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const Fd client(::socket(AF_UNIX, SOCK_STREAM, 0));
  expect_killed("connect", [&] { return ::connect(client.get(), generic, sizeof(address)); });
  expect_killed("accept", [&] { return ::accept(listener.get(), nullptr, nullptr); });
  expect_killed("bind", [&] { return ::bind(client.get(), generic, sizeof(address)); });
  pollfd waiting{.fd = listener.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&waiting, 1, 0), 0) << "somebody connected";
}

TEST_F(SandboxTest, StartsNothing) {
  std::array<char*, 1> nothing{nullptr};
  expect_killed("execve", [&] { return ::execve("/bin/true", nothing.data(), nothing.data()); });
  expect_killed("execveat", [&] { return ::syscall(SYS_execveat, AT_FDCWD, "/bin/true", nothing.data(), nullptr, 0); });
  expect_killed("fork", [] { return ::fork(); });
  expect_killed("clone3", [] { return ::syscall(SYS_clone3, nullptr, 0); });
  expect_killed("a thread", [] {
    pthread_t thread{};
    return ::pthread_create(
        &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  });
}

TEST_F(SandboxTest, HurtsNobody) {
  // The parent stands for the server and the worker. Signal 0 only asks: a hole here must not end anybody.
  const auto parent = ::getpid();
  expect_killed("kill", [&] { return ::kill(parent, 0); });
  expect_killed("kill all", [] { return ::kill(-1, 0); });
  expect_killed("tgkill", [&] { return ::syscall(SYS_tgkill, parent, parent, 0); });
  expect_killed("tkill", [&] { return ::syscall(SYS_tkill, parent, 0); });
  expect_killed("sigqueue", [&] { return ::syscall(SYS_rt_sigqueueinfo, parent, 0, nullptr); });
  expect_killed("pidfd_open", [&] { return ::syscall(SYS_pidfd_open, parent, 0); });
  expect_killed("ptrace", [&] { return ::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr); });
  expect_killed("process_vm_readv", [&] { return ::process_vm_readv(parent, nullptr, 0, nullptr, 0, 0); });
  expect_killed("setpriority", [&] { return ::setpriority(PRIO_PROCESS, static_cast<id_t>(parent), 19); });
}

TEST_F(SandboxTest, ReachesNoOtherPartOfTheKernel) {
  for (const long call : {SYS_io_uring_setup,  SYS_bpf,
                          SYS_perf_event_open, SYS_userfaultfd,
                          SYS_memfd_create,    SYS_unshare,
                          SYS_setns,           SYS_mount,
                          SYS_chroot,          SYS_keyctl,
                          SYS_add_key,         SYS_socketpair,
                          SYS_shmget,          SYS_msgget,
                          SYS_inotify_init1,   SYS_name_to_handle_at,
                          SYS_init_module,     SYS_setuid,
                          SYS_capset,          SYS_personality,
                          SYS_seccomp,         SYS_landlock_create_ruleset}) {
    const auto name = "system call " + std::to_string(call);
    expect_killed(name.c_str(), [&] { return ::syscall(call, 0, 0, 0, 0, 0); });
  }
}

#ifdef __x86_64__
TEST_F(SandboxTest, HasNoWayRoundByOtherCallingConventions) {
  const auto old_call = [] {
    long result = 20;  // getpid of the 32-bit table
    asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result;
  };
  // Without 32-bit calls (CONFIG_IA32_EMULATION) the processor itself refuses, in the sandbox and out of it.
  const auto outside = in_child([&] { return old_call() > 0 ? 0 : 1; });
  expect_killed("int 0x80", old_call, outside.signal == SIGSEGV ? SIGSEGV : SIGSYS);
  constexpr long x32 = 0x40000000;
  expect_killed("x32", [] { return ::syscall(x32 + SYS_getpid); });
}
#endif

TEST_F(SandboxTest, MakesNoMemoryExecutable) {
  expect_refused("mmap", EACCES, [] {
    return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
  });
  expect_refused("mprotect", EACCES, [] {
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::mprotect(memory, 4096, PROT_READ | PROT_EXEC);
  });
}

TEST_F(SandboxTest, StaysClosedIn) {
  expect_refused("prctl", EPERM, [] { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); });
  expect_killed("setrlimit", [] {
    const rlimit more{1 << 20, 1 << 20};
    return ::setrlimit(RLIMIT_NOFILE, &more);
  });
  expect_killed("prlimit of the parent", [] { return ::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, nullptr); });
}

TEST_F(SandboxTest, IsSeenFromOutside) {
  const auto pair = make_packet_pair();
  const auto child = ::fork();
  if (child == 0) {
    if (sandbox_->enter() && send_packet(pair->here.get(), "in")) {
      pollfd waiting{.fd = pair->here.get(), .events = POLLIN, .revents = 0};
      ::poll(&waiting, 1, -1);
    }
    ::_exit(0);
  }
  pollfd waiting{.fd = pair->there.get(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&waiting, 1, 10'000), 1);
  const auto status = slurp("/proc/" + std::to_string(child) + "/status");
  EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos) << status;
  EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;
  ASSERT_TRUE(send_packet(pair->there.get(), "go"));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

}  // namespace
}  // namespace docket
