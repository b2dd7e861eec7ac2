// What a program is started with, and how it ends.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include "base/version.h"
#include "launch/launch_fixture.h"

namespace docket::launch::test {
namespace {

class ProgramTest : public LaunchTest {};

TEST_P(ProgramTest, TheServerSaysWhatItHas) {
  EXPECT_EQ(hello_.error, "");
  EXPECT_EQ(hello_.version, version);
  if (GetParam() == Surroundings::none) {
    EXPECT_FALSE(has_namespaces()) << hello_.sandbox;
  } else if (GetParam() == Surroundings::ours && ::geteuid() == 0 && !has_namespaces()) {
    GTEST_SKIP() << "even root makes no PID namespaces here: " << hello_.sandbox;
  }
  RecordProperty("sandbox", hello_.sandbox);
}

// ---- What it is started with.

TEST_P(ProgramTest, RunsAndItsExitCodeIsTold) {
  const auto done = run(request({"/bin/true"}));
  EXPECT_TRUE(done.is(Exited::Why::itself)) << done;
  EXPECT_EQ(done.exit_code(), 0) << done;
  EXPECT_EQ(run(shell("exit 75")).exit_code(), 75);
}

TEST_P(ProgramTest, HasItsArgumentsAndNoShell) {
  const auto done = run(request({"/usr/bin/printf", "<%s>", "$HOME", "a b", "*", "", "`id`"}));
  EXPECT_EQ(done.result, "<$HOME><a b><*><><`id`>") << done;
}

TEST_P(ProgramTest, HasTheGivenEnvironmentAndATmpdir) {
  auto asked = request({"/usr/bin/env"});
  asked.environment = {"A=1", "B=x y"};
  EXPECT_EQ(run(asked).result, "A=1\nB=x y\nTMPDIR=" + asked.folder + "/tmp\n");
  asked.environment = {"TMPDIR=/else"};
  EXPECT_EQ(run(asked).result, "TMPDIR=/else\n");
}

TEST_P(ProgramTest, HasFourDescriptorsAndNoMore) {
  auto asked = python(R"(
import os, stat
fds = []
for fd in range(1024):
    try:
        fds.append((fd, stat.S_ISFIFO(os.fstat(fd).st_mode)))
    except OSError:
        pass
print(fds, os.read(0, 1), os.fstat(0).st_rdev == os.stat("/dev/null").st_rdev))");
  EXPECT_EQ(run(asked).result, "[(0, False), (1, True), (2, True), (3, True)] b'' True\n");
}

TEST_P(ProgramTest, HasItsFolderItsSessionAndAPlainState) {
  auto asked = python(R"(
import os, signal, resource
print(os.getcwd() == os.environ["FOLDER"], os.getsid(0) == os.getpid(), oct(os.umask(0)),
      os.getpriority(os.PRIO_PROCESS, 0) >= 10, signal.pthread_sigmask(signal.SIG_BLOCK, []),
      resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE)[1] <= 1024)
status = dict(l.split(":\t", 1) for l in open("/proc/self/status") if ":\t" in l)
print(*[status[k].strip() for k in ("NoNewPrivs", "CapInh", "CapPrm", "CapEff", "CapAmb", "SigBlk")])
print(status["CapBnd"].strip() if os.environ["ROOT"] else "0" * 16)
ignored = int(status["SigIgn"], 16)
print(hex(ignored & ~(1 << (signal.SIGPIPE - 1)) & ~(1 << (signal.SIGXFSZ - 1))))  # python ignores these itself
)");
  asked.environment.push_back("FOLDER=" + asked.folder);
  asked.environment.push_back(std::string("ROOT=") + (::geteuid() == 0 && GetParam() != Surroundings::user ? "1" : ""));
  const std::string none(16, '0');
  EXPECT_EQ(run(asked).result, "True True 0o77 True set() (0, 0) True\n1 " + none + " " + none + " " + none + " " +
                                   none + " " + none + "\n" + none + "\n0x0\n");
}

TEST_P(ProgramTest, DiesOfABrokenPipe) {
  // SIGPIPE is not ignored: "yes" would go on for ever.
  EXPECT_EQ(run(shell("yes | head -n 1")).result, "y\n");
}

TEST_P(ProgramTest, CannotBeStarted) {
  const auto missing = run(request({"/does/not/exist"}));
  EXPECT_TRUE(missing.is(Exited::Why::refused)) << missing;
  EXPECT_EQ(missing.exited->tail, "cannot start /does/not/exist: execve: No such file or directory");
  const auto plain = run(request({file("no-program", "plain text")}));
  EXPECT_TRUE(plain.is(Exited::Why::refused)) << plain;
  const auto relative = run(request({"true"}));
  EXPECT_TRUE(relative.is(Exited::Why::refused)) << relative;
  auto elsewhere = request({"/bin/true"});
  elsewhere.folder += "/none";
  EXPECT_EQ(run(elsewhere).exited->tail,
            "cannot start /bin/true: chdir " + elsewhere.folder + ": No such file or directory");
}

TEST_P(ProgramTest, ManyAtOnceAreToldApart) {
  std::vector<std::unique_ptr<Running>> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(start(shell("echo " + std::to_string(i) + "; exit " + std::to_string(i))));
  }
  for (int i = 0; i < 20; ++i) {
    const auto done = all[static_cast<std::size_t>(i)]->finish();
    EXPECT_EQ(done.exit_code(), i);
    EXPECT_EQ(done.result, std::to_string(i) + "\n");
  }
}

// ---- Limits.

/// A program lowers its limit and has as many processes as that allows, whatever else its user does.
TEST_P(ProgramTest, ProcessesAreLimitedWhereTheyAreCountedByThemselves) {
  const auto done = run(python(R"(
import os, resource, signal
print(resource.getrlimit(resource.RLIMIT_NPROC)[1])
resource.setrlimit(resource.RLIMIT_NPROC, (40, 40))
made = 0
try:
    while made < 100:
        if os.fork() == 0:
            signal.pause()
        made += 1
except OSError:
    pass
print(made))"));
  const auto limited = has_namespaces() && (GetParam() == Surroundings::user || ::geteuid() != 0);
  const auto lines = done.lines();
  ASSERT_EQ(lines.size(), 2U) << done;
  EXPECT_EQ(lines[0] == "4096", limited) << done;
  if (limited) {
    EXPECT_GT(std::atoi(lines[1].c_str()), 30) << done;
    EXPECT_LT(std::atoi(lines[1].c_str()), 40) << done;
  }
}

TEST_P(ProgramTest, MemoryIsLimited) {
  auto asked = python("x = bytearray(400 << 20); print('got it')");
  asked.memory = 200U << 20U;
  const auto done = run(asked);
  EXPECT_TRUE(done.is(Exited::Why::itself)) << done;
  EXPECT_EQ(done.exit_code(), 1) << done;
  EXPECT_NE(done.exited->tail.find("MemoryError"), std::string::npos) << done;
  asked.memory = 0;
  EXPECT_EQ(run(asked).result, "got it\n");
}

TEST_P(ProgramTest, ProcessorTimeIsLimited) {
  auto asked = shell("while :; do :; done");
  asked.cpu_seconds = 1;
  const auto done = run(asked);
  EXPECT_TRUE(done.is(Exited::Why::itself)) << done;
  EXPECT_EQ(done.signal(), SIGXCPU) << done;
}

TEST_P(ProgramTest, FilesAreLimited) {
  auto asked = shell("head -c 2000000 /dev/zero > out/large; ls -l out/large | cut -d ' ' -f 5");
  asked.file_size = 1'000'000;
  EXPECT_EQ(run(asked).result, "1000000\n");
}

TEST_P(ProgramTest, TimeIsLimited) {
  auto asked = shell("trap 'echo asked; exit 3' TERM; echo begun; while :; do sleep 0.1; done");
  asked.time_ms = 1'000;
  const auto done = run(asked);
  EXPECT_TRUE(done.is(Exited::Why::timed_out)) << done;
  EXPECT_EQ(done.exit_code(), 3) << done;
  EXPECT_EQ(done.result, "begun\nasked\n");
}

TEST_P(ProgramTest, WhoDoesNotGoIsKilled) {
  auto asked = shell("trap '' TERM; while :; do sleep 0.1; done");
  asked.time_ms = 1'000;
  asked.grace_ms = 200;
  const auto done = run(asked);
  EXPECT_TRUE(done.is(Exited::Why::timed_out)) << done;
  EXPECT_EQ(done.signal(), SIGKILL) << done;
}

TEST_P(ProgramTest, DeathByASignalIsTold) {
  const auto done = run(shell("echo last words >&2; kill -SEGV $$"));
  EXPECT_TRUE(done.is(Exited::Why::itself)) << done;
  EXPECT_EQ(done.signal(), SIGSEGV);
  EXPECT_EQ(done.exited->tail, "last words");
}

INSTANTIATE_TEST_SUITE_P(Surroundings, ProgramTest, all_surroundings(), name_of);

// ---- The server's command line.

/// Standard output and exit code of a command.
std::pair<std::string, int> words_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output += static_cast<char>(c);
  }
  const int status = ::pclose(pipe);
  return {output, WEXITSTATUS(status)};
}

TEST(LaunchMain, TellsPeopleWhatItIs) {
  const std::string program = DOCKET_LAUNCH_PROGRAM;
  const auto [version, code] = words_of(program + " --version");
  EXPECT_EQ(code, 0);
  EXPECT_EQ(version, "docket-launch 0.1.0, protocol " + std::to_string(protocol_version) + "\n");
  for (const auto* wrong : {"", " --serve", " --unknown", " /bin/true"}) {
    const auto [word, bad] = words_of(program + wrong + " 2>&1 3<&-");
    EXPECT_EQ(bad, 2) << wrong;
    EXPECT_NE(word.find("nginx"), std::string::npos) << word;
  }
}

TEST(LaunchMain, IsSmall) {
  const auto [libraries, code] = words_of(std::string("ldd ") + DOCKET_LAUNCH_PROGRAM);
  EXPECT_EQ(code, 0);
  for (const auto* large : {"poppler", "tesseract", "curl", "lmdb"}) {
    EXPECT_EQ(libraries.find(large), std::string::npos) << libraries;
  }
}

}  // namespace
}  // namespace docket::launch::test
