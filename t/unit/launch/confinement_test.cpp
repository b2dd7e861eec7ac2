// What a program can reach, and what not.
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "launch/launch_fixture.h"
#include "sandbox/landlock.h"

namespace docket::launch::test {
namespace {

class ConfinementTest : public LaunchTest {
 protected:
  void SetUp() override {
    LaunchTest::SetUp();
    if (!IsSkipped() && (!has_landlock() || !has_seccomp())) {
      GTEST_SKIP() << "this kernel has " << hello_.sandbox;
    }
  }

  /// What a python expression gives inside, or the name of the error that it raises.
  std::string value_of(const std::string& expression, const std::function<void(Request&)>& change = {}) {
    auto asked = python(
        "import os, sys, socket, ctypes, errno\n"
        "def read(path):\n"
        "    with open(path, 'rb') as f: return f.read(100).decode('latin-1')\n"
        "def write(path):\n"
        "    with open(path, 'w') as f: return f.write('x')\n"
        "def call(*args):\n"
        "    c = ctypes.CDLL(None, use_errno=True)\n"
        "    r = c.syscall(*[ctypes.c_long(a) for a in args])\n"
        "    return r if r >= 0 else errno.errorcode[ctypes.get_errno()]\n"
        "try:\n"
        "    print(" +
        expression +
        ", end='')\n"
        "except OSError as e:\n"
        "    print(errno.errorcode[e.errno], end='')\n");
    std::ofstream(asked.folder + "/in/0") << "a document";
    fs::permissions(asked.folder + "/in/0", fs::perms::all);
    if (change) {
      change(asked);
    }
    const auto done = run(asked);
    EXPECT_TRUE(done.is(Exited::Why::itself)) << done;
    EXPECT_EQ(done.exit_code(), 0) << done;
    return done.result;
  }
};

// ---- Files.

TEST_P(ConfinementTest, ReadsItsInputOnly) {
  EXPECT_EQ(value_of("read('in/0')"), "a document");
  EXPECT_EQ(value_of("os.listdir('in')"), "['0']");
  EXPECT_EQ(value_of("write('in/0')"), "EACCES");
  EXPECT_EQ(value_of("write('in/1')"), "EACCES");
  EXPECT_EQ(value_of("os.remove('in/0')"), "EACCES");
  EXPECT_EQ(value_of("os.rename('in/0', 'out/0')"), landlock_version() < 2 ? "EXDEV" : "EACCES");
}

TEST_P(ConfinementTest, ReadsTheSystem) {
  EXPECT_EQ(value_of("read('/etc/passwd')[:5]"), "root:");
  EXPECT_EQ(value_of("len(os.listdir('/usr/bin')) > 10"), "True");
  EXPECT_EQ(value_of("write('/etc/docket-test')"), "EACCES");
  EXPECT_EQ(value_of("write('/usr/docket-test')"), "EACCES");
}

TEST_P(ConfinementTest, ReadsNothingElse) {
  const auto secret = file("else/shadow", "root:secret");
  const auto other = request({"/bin/true"}).folder + "/in/0";
  std::ofstream(other) << "a document of somebody else";
  fs::permissions(other, fs::perms::all);
  EXPECT_EQ(value_of("read('" + secret + "')"), "EACCES");
  EXPECT_EQ(value_of("read('" + other + "')"), "EACCES");
  EXPECT_EQ(value_of("os.listdir('" + (root_ / "else").string() + "')"), "EACCES");
  EXPECT_EQ(value_of("write('" + root_.string() + "/new')"), "EACCES");
  EXPECT_EQ(value_of("os.listdir('.')"), "EACCES");
  EXPECT_EQ(value_of("write('new')"), "EACCES");
  EXPECT_EQ(value_of("os.listdir('/')"), "EACCES");
  EXPECT_EQ(value_of("os.truncate('" + secret + "', 0)"), landlock_version() < 3 ? "None" : "EACCES");
}

TEST_P(ConfinementTest, LinksLeadNowhere) {
  const auto secret = file("else/secret", "a secret");
  EXPECT_EQ(value_of("(os.symlink('" + secret + "', 'out/link'), read('out/link'))"), "EACCES");
  EXPECT_EQ(value_of("(os.symlink('../in/0', 'out/link'), read('out/link'))[1]"), "a document");
  EXPECT_EQ(value_of("read('in/link')", [&](Request& asked) { fs::create_symlink(secret, asked.folder + "/in/link"); }),
            "EACCES");
  const auto linked = value_of("os.link('" + secret + "', 'out/link')");
  EXPECT_TRUE(linked == "EACCES" || linked == "EXDEV" || linked == "EPERM") << linked;
}

TEST_P(ConfinementTest, ChangesItsOutputAndItsTmp) {
  for (const std::string folder : {"out", "tmp", "{os.environ[\"TMPDIR\"]}"}) {
    const auto name = "f'" + folder + "/new'";
    EXPECT_EQ(value_of("(write(" + name + "), read(" + name + "))[1]"), "x") << folder;
    EXPECT_EQ(value_of("(os.mkdir(" + name + "), os.rmdir(" + name + "))[1]"), "None") << folder;
    EXPECT_EQ(value_of("(write(" + name + "), os.remove(" + name + "))[1]"), "None") << folder;
    EXPECT_EQ(value_of("os.mkfifo(" + name + ")"), "None") << folder;
  }
  EXPECT_EQ(value_of("os.mknod('out/null', 0o020666, os.makedev(1, 3))") == "None", false);
  if (landlock_version() >= 2) {
    EXPECT_EQ(value_of("(write('tmp/a'), os.rename('tmp/a', 'out/b'), read('out/b'))[2]"), "x");
  }
}

TEST_P(ConfinementTest, ReadsAndRunsWhatIsNamed) {
  const auto tool = file("tools/tool", "#!/bin/sh\necho tool\n");
  const auto folder = fs::path(tool).parent_path().string();
  const auto give = [&](const std::string& path) {
    return [path](Request& asked) { asked.readable = {path, "/does/not/exist"}; };
  };
  const auto ran = "__import__('subprocess').run(['" + tool + "'], capture_output=True).stdout.decode()";
  EXPECT_EQ(value_of(ran), "EACCES");
  EXPECT_EQ(value_of(ran, give(folder)), "tool\n");
  EXPECT_EQ(value_of(ran, give(tool)), "tool\n");
  EXPECT_EQ(value_of("write('" + tool + "')", give(folder)), "EACCES");
}

TEST_P(ConfinementTest, HasTheFolderOfItsProgram) {
  const auto program = file("app/bin/program", "#!/bin/sh\ncat \"$(dirname \"$0\")/model\"\n");
  file("app/bin/model", "a model");
  EXPECT_EQ(run(request({program})).result, "a model");
  fs::create_directory(root_ / "links");
  fs::create_symlink(program, root_ / "links/program");
  const auto linked = file("app/bin/other", "#!/bin/sh\ncat '" + (root_ / "app/bin/model").string() + "'\n");
  fs::create_symlink(linked, root_ / "links/other");
  EXPECT_EQ(run(request({(root_ / "links/other").string()})).result, "a model");
}

TEST_P(ConfinementTest, HasTheUsualDevices) {
  EXPECT_EQ(value_of("(write('/dev/null'), len(open('/dev/urandom', 'rb').read(8)), read('/dev/zero')[:1])"),
            "(1, 8, '\\x00')");
  EXPECT_EQ(value_of("write('/dev/full') and sys.stdout.flush()"), "ENOSPC");
  EXPECT_EQ(run(shell("echo out > /dev/stdout; echo err > /dev/stderr; echo 1/2 > /dev/fd/3")).log, "out\nerr\n");
}

TEST_P(ConfinementTest, SeesItselfInProc) {
  EXPECT_EQ(value_of("read('/proc/self/status')[:5]"), "Name:");
  EXPECT_EQ(value_of("'MemTotal' in read('/proc/meminfo')"), "True");
  const auto its_server = std::to_string(server());
  for (const auto* what : {"environ", "cmdline", "status", "maps"}) {
    const auto error = value_of("read('/proc/" + its_server + "/" + what + "')");
    EXPECT_TRUE(error == "EACCES" || error == "ENOENT") << what << ": " << error;
  }
  EXPECT_TRUE(value_of("write('/proc/sys/kernel/core_pattern')") != "1");
}

TEST_P(ConfinementTest, HasAProcOfItsOwnInANamespace) {
  if (hello_.sandbox.find("with /proc") == std::string::npos) {
    GTEST_SKIP() << hello_.sandbox;
  }
  EXPECT_EQ(value_of("sorted(int(p) for p in os.listdir('/proc') if p.isdigit())"), "[1, 2]");
  EXPECT_EQ(value_of("read('/proc/1/environ')"), "EACCES");
  EXPECT_EQ(run(shell("cat /proc/self/comm; sh -c 'cat /proc/$$/comm'")).result, "cat\nsh\n");
  // Semaphores by name lie in /dev/shm, which is its tmp.
  EXPECT_EQ(value_of("__import__('multiprocessing').Lock().acquire()"), "True");
  EXPECT_EQ(value_of("(write('/dev/shm/docket-test'), read('tmp/docket-test'))[1]"), "x");
  EXPECT_FALSE(fs::exists("/dev/shm/docket-test"));
}

// ---- The network.

TEST_P(ConfinementTest, HasNoNetwork) {
  EXPECT_EQ(value_of("socket.socket(socket.AF_INET)"), "ENONET");
  EXPECT_EQ(value_of("socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)"), "ENONET");
  EXPECT_EQ(value_of("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"), "ENONET");
  EXPECT_EQ(value_of("socket.socket(socket.AF_UNIX).fileno() > 2"), "True");
  EXPECT_EQ(value_of("len(socket.socketpair())"), "2");
}

TEST_P(ConfinementTest, HasTheNetworkWhereItIsGiven) {
  const auto give = [](Request& asked) { asked.network = true; };
  EXPECT_EQ(value_of("socket.socket(socket.AF_INET).bind(('127.0.0.1', 0))", give), "None");
  EXPECT_EQ(value_of("socket.socket(socket.AF_INET).connect(('127.0.0.1', 1))", give), "ECONNREFUSED");
}

// ---- The kernel.

TEST_P(ConfinementTest, GainsNothing) {
  EXPECT_EQ(value_of("os.setgroups([0])"), "EPERM");
  EXPECT_EQ(value_of("os.chroot('/usr')"), "EPERM");
  EXPECT_NE(value_of("os.setuid(12345)"), "None");
}

TEST_P(ConfinementTest, MakesNoNamespaces) {
  const auto unshare = [&](unsigned flags) {
    return value_of("ctypes.CDLL(None, use_errno=True).unshare(" + std::to_string(flags) + ") or ctypes.get_errno()");
  };
  EXPECT_EQ(unshare(CLONE_NEWUSER), "-1");
  EXPECT_EQ(unshare(CLONE_NEWNS), "-1");
}

TEST_P(ConfinementTest, SignalsNobodyElse) {
  if (!has_namespaces() && landlock_version() < 6) {
    GTEST_SKIP() << "this kernel lets processes of one user signal each other";
  }
  const auto error = value_of("os.kill(" + std::to_string(server()) + ", 0)");
  EXPECT_TRUE(error == "EPERM" || error == "ESRCH") << error;
}

INSTANTIATE_TEST_SUITE_P(Surroundings, ConfinementTest, all_surroundings(), name_of);

// ---- Kernels that cannot close programs in.

class LesserKernelTest : public LaunchTest {};

TEST_P(LesserKernelTest, StrictWantsLandlock) {
  control_.reset();
  serve(Surroundings::no_landlock, {"--sandbox", "strict"});
  EXPECT_NE(hello_.error.find("Landlock"), std::string::npos) << hello_.error;
}

TEST_P(LesserKernelTest, AutoTakesWhatThereIs) {
  control_.reset();
  serve(Surroundings::no_landlock);
  EXPECT_EQ(hello_.error, "");
  EXPECT_FALSE(has_landlock());
  auto asked = shell("echo runs");
  EXPECT_EQ(run(asked).result, "runs\n");
  asked.strict = true;
  const auto refused = run(asked);
  EXPECT_TRUE(refused.is(Exited::Why::refused));
  EXPECT_NE(refused.exited->tail.find("Landlock"), std::string::npos) << refused;
}

INSTANTIATE_TEST_SUITE_P(Surroundings, LesserKernelTest, ::testing::Values(Surroundings::ours), name_of);

}  // namespace
}  // namespace docket::launch::test
