// No process of a program outlives its end, whatever it does against it.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "launch/launch_fixture.h"
#include "sandbox/landlock.h"

namespace docket::launch::test {
namespace {

using engine::test::children_of;
using engine::test::has_ended;

class TreeTest : public LaunchTest {
 protected:
  /// Starts a program and waits until it has made the file out/ready.
  std::unique_ptr<Running> start_ready(const Request& asked) {
    auto running = start(asked);
    EXPECT_TRUE(eventually([&] { return fs::exists(asked.folder + "/out/ready"); })) << "it does not begin";
    return running;
  }

  /// The supervisor of the only program.
  pid_t supervisor() {
    const auto all = children_of(server(), "docket-program");
    return all.size() == 1 ? all[0] : 0;
  }
};

// Forks twice, in a session of its own, deaf to TERM; says so in out/ready.
constexpr const char* daemon_script = R"(
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(s, signal.SIG_IGN)
        os.close(1); os.close(2); os.close(3)
        open("out/ready", "w").close()
        while True:
            time.sleep(1000)
    os._exit(0)
os.wait()
while not os.path.exists("out/ready"):
    time.sleep(0.01)
)";

TEST_P(TreeTest, WhatIsLeftBehindIsKilled) {
  auto asked = python(std::string(daemon_script) + "os._exit(7)");
  const auto word = mark(asked);
  const auto done = run(asked);
  EXPECT_EQ(done.exit_code(), 7) << done;
  EXPECT_TRUE(fs::exists(asked.folder + "/out/ready"));
  EXPECT_TRUE(marked(word).empty());
}

TEST_P(TreeTest, DaemonsAreKilledAtTheTimeOut) {
  auto asked = python(std::string(daemon_script) + "time.sleep(1000)");
  const auto word = mark(asked);
  asked.time_ms = 1'500;
  asked.grace_ms = 300;
  const auto done = run(asked);
  EXPECT_TRUE(done.is(Exited::Why::timed_out)) << done;
  EXPECT_TRUE(marked(word).empty());
}

TEST_P(TreeTest, AllAreAskedToEnd) {
  auto asked = shell(
      "(trap 'echo child asked; exit 0' TERM; : > out/ready; while :; do sleep 0.1; done) & "
      "trap 'echo parent asked; wait; exit 5' TERM; wait; wait");
  const auto running = start_ready(asked);
  running->socket.reset();  // so it is stopped
  const auto ended = running->await_ended();
  ASSERT_TRUE(ended);
  const auto log = slurp(running->log);
  EXPECT_NE(log.find("child asked"), std::string::npos) << log;
  EXPECT_NE(log.find("parent asked"), std::string::npos) << log;
}

TEST_P(TreeTest, StoppedProcessesEnd) {
  auto asked = shell("sh -c 'kill -STOP $$' & : > out/ready; kill -STOP $$");
  const auto word = mark(asked);
  asked.time_ms = 500;
  const auto done = run(asked);
  EXPECT_TRUE(done.is(Exited::Why::timed_out)) << done;
  EXPECT_TRUE(marked(word).empty());
}

TEST_P(TreeTest, ProcessesThatFleeAreCaught) {
  // Each lives only until there is the next.
  auto asked = python(R"(
import os
os.open("out/ready", os.O_CREAT)
if os.fork() == 0:
    while True:
        if os.fork():
            os._exit(0)
)");
  const auto word = mark(asked);
  const auto done = run(asked);
  EXPECT_EQ(done.exit_code(), 0) << done;
  EXPECT_TRUE(marked(word).empty());
}

TEST_P(TreeTest, ProcessesThatMultiplyAreCaught) {
  auto asked = python(R"(
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for i in range(60):
    if os.fork() == 0:
        while True:
            if os.fork() == 0:
                os._exit(0)
            os.wait()
os.open("out/ready", os.O_CREAT)
signal.pause()
)");
  const auto word = mark(asked);
  asked.grace_ms = 100;
  const auto running = start_ready(asked);
  running->socket.reset();
  ASSERT_TRUE(running->await_ended());
  EXPECT_TRUE(marked(word).empty());
}

TEST_P(TreeTest, ASupervisorThatIsKilledLeavesNothing) {
  auto asked = python(std::string(daemon_script) + "time.sleep(1000)");
  const auto word = mark(asked);
  const auto running = start_ready(asked);
  ASSERT_GE(marked(word).size(), 2U);
  ASSERT_TRUE(engine::test::signal_one(supervisor(), SIGKILL));
  const auto ended = running->await_ended();
  ASSERT_TRUE(ended);
  EXPECT_TRUE(WIFSIGNALED(ended->wait_status));
  EXPECT_TRUE(marked(word).empty());
  EXPECT_EQ(run(request({"/bin/true"})).exit_code(), 0) << "the server does not go on";
}

TEST_P(TreeTest, AServerThatIsKilledLeavesNothing) {
  auto asked = python(std::string(daemon_script) + "time.sleep(1000)");
  const auto word = mark(asked);
  const auto running = start_ready(asked);
  ASSERT_TRUE(engine::test::signal_one(server(), SIGKILL));
  EXPECT_TRUE(eventually([&] { return marked(word).empty(); }));
}

TEST_P(TreeTest, TheEndOfTheControlSocketIsTheEndOfAll) {
  std::vector<std::unique_ptr<Running>> all;
  std::string word;
  for (int i = 0; i < 3; ++i) {
    auto asked = python(std::string(daemon_script) + "time.sleep(1000)");
    word = mark(asked);
    all.push_back(start_ready(asked));
  }
  const auto its_server = server();
  control_.reset();
  for (auto& running : all) {
    EXPECT_TRUE(running->await_ended());
  }
  EXPECT_TRUE(eventually([&] { return has_ended(its_server); }));
  EXPECT_TRUE(marked(root_.filename().string()).empty());
}

TEST_P(TreeTest, AProgramCannotHarmItsSupervisor) {
  auto asked = python(R"(
import os, signal
for pid in (1, os.getppid(), int(os.environ["SERVER"])):
    for s in (signal.SIGSTOP, signal.SIGKILL):
        try:
            if pid > 1 or os.getppid() == 1:
                os.kill(pid, s)
        except (ProcessLookupError, PermissionError):
            pass
print("still here"))");
  asked.environment.push_back("SERVER=" + std::to_string(server()));
  const auto word = mark(asked);
  if (!has_namespaces() && landlock_version() < 6) {
    GTEST_SKIP() << "this kernel lets processes of one user signal each other";
  }
  const auto done = run(asked);
  EXPECT_EQ(done.result, "still here\n") << done;
  EXPECT_TRUE(marked(word).empty());
}

// ---- The worker's ends.

TEST_P(TreeTest, AWorkerThatClosesTheProgramSocketStopsIt) {
  auto asked = shell("trap 'echo asked; exit 0' TERM; : > out/ready; while :; do sleep 0.1; done");
  const auto running = start_ready(asked);
  running->socket.reset();
  ASSERT_TRUE(running->await_ended());
  EXPECT_NE(slurp(running->log).find("asked\n"), std::string::npos);
}

TEST_P(TreeTest, AWorkerThatShutsDownItsSideIsToldSo) {
  auto asked = shell(": > out/ready; exec sleep 1000");
  const auto running = start_ready(asked);
  ::shutdown(running->socket.get(), SHUT_WR);
  ASSERT_TRUE(running->await_ended());
}

TEST_P(TreeTest, AWorkerThatClosesTheEndSocketKillsIt) {
  auto asked = python(std::string(daemon_script) + "time.sleep(1000)");
  const auto word = mark(asked);
  asked.grace_ms = 600'000;
  const auto running = start_ready(asked);
  running->end.reset();
  EXPECT_TRUE(eventually([&] { return marked(word).empty(); }));
}

TEST_P(TreeTest, AWorkerThatIsGoneAtOnceLeavesNothing) {
  auto asked = shell("exec sleep 1000");
  const auto word = mark(asked);
  for (int i = 0; i < 10; ++i) {
    const auto running = start(asked);
    running->socket.reset();
    EXPECT_TRUE(running->await_ended());
    start(asked).reset();
  }
  EXPECT_TRUE(eventually([&] { return marked(word).empty(); }));
  EXPECT_EQ(run(request({"/bin/true"})).exit_code(), 0);
}

TEST_P(TreeTest, AWorkerThatIsGoneWhileItIsEnding) {
  auto asked = shell("trap '' TERM; : > out/ready; while :; do sleep 0.1; done");
  const auto word = mark(asked);
  asked.grace_ms = 600'000;
  const auto running = start_ready(asked);
  running->socket.reset();
  running->end.reset();
  EXPECT_TRUE(eventually([&] { return marked(word).empty(); }));
}

TEST_P(TreeTest, TheServerKeepsNothingOfThem) {
  const auto before = engine::test::descriptors_of(server());
  for (int i = 0; i < 20; ++i) {
    run(request({"/bin/true"}));
  }
  // It tells the end first.
  EXPECT_TRUE(eventually([&] { return before == engine::test::descriptors_of(server()); }));
}

TEST_P(TreeTest, WhatIsNoRequestClosesItsSockets) {
  for (const std::string_view message : {"x", "C"}) {
    auto program = make_packet_pair();
    auto end = make_packet_pair();
    const Fd nothing(::open("/dev/null", O_RDONLY));
    const std::array descriptors{nothing.get(), program->there.get(), end->there.get()};
    ASSERT_TRUE(send_packet(control_.get(), message, descriptors));
    program->there.reset();
    end->there.reset();
    EXPECT_TRUE(eventually([&] {
      const auto packet = receive_packet(end->here.get(), 100);
      return packet && packet->kind == Packet::Kind::end;
    }));
  }
  EXPECT_EQ(run(request({"/bin/true"})).exit_code(), 0);
}

INSTANTIATE_TEST_SUITE_P(Surroundings, TreeTest, all_surroundings(), name_of);

}  // namespace
}  // namespace docket::launch::test
