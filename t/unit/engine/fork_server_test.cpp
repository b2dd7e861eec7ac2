// How docket-engine starts, ends, and what it does with children that do not end well.
#include <fcntl.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <cstdio>

#include "engine/engine_fixture.h"
#include "engine/held_exit.h"
#include "protocol/seqpacket.h"

namespace docket::engine::test {
namespace {

class ForkServerTest : public EngineTest {};

Fd devnull() {
  return Fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
}

/// Standard output and exit code of a command.
std::pair<std::string, int> output_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output += static_cast<char>(c);
  }
  const int status = ::pclose(pipe);
  return {output, WEXITSTATUS(status)};
}

// ---- Starting.

TEST_F(ForkServerTest, TellsPeopleWhatItIs) {
  const std::string program = DOCKET_ENGINE_PROGRAM;
  const auto [version, code] = output_of(program + " --version");
  EXPECT_EQ(code, 0);
  EXPECT_EQ(version, "docket-engine 0.1.0, protocol " + std::to_string(wire::protocol_version) + "\n");
  for (const auto* wrong : {"", " --serve", " --unknown", " file.pdf"}) {
    const auto [word, bad] = output_of(program + wrong + " 2>&1 3<&-");
    EXPECT_EQ(bad, 2) << wrong;
    EXPECT_NE(word.find("nginx"), std::string::npos) << word;
  }
}

TEST_F(ForkServerTest, IsStartedWhenFirstNeededAndOnce) {
  client();
  EXPECT_TRUE(children_of(::getpid(), "docket-engine").empty());
  EXPECT_TRUE(client().health());
  ASSERT_TRUE(client().prepare({}));
  ASSERT_TRUE(client().prepare({}));
  EXPECT_EQ(children_of(::getpid(), "docket-engine").size(), 1U);
}

TEST_F(ForkServerTest, MissingProgramIsNamed) {
  auto wrong = config();
  wrong.program = "/does/not/exist/docket-engine";
  std::vector<std::string> log;
  wrong.log = [&](std::string_view line) { log.emplace_back(line); };
  client_.emplace(wrong);
  const auto done = run(request(UnitKind::probe), text_pdf(1));
  const auto* back = done.as<ended::Released>();
  ASSERT_NE(back, nullptr) << done.error();
  EXPECT_FALSE(back->owner_lost) << "it is nobody's fault";
  const auto health = client().health();
  ASSERT_FALSE(health);
  EXPECT_NE(health.error().detail.find(wrong.program), std::string::npos) << health.error().detail;
  // For a while it is not tried again.
  EXPECT_FALSE(client().prepare({}));
  EXPECT_EQ(log.size(), 1U);
}

TEST_F(ForkServerTest, ProgramThatIsNoEngineIsNamed) {
  auto wrong = config();
  wrong.program = "/bin/true";
  client_.emplace(wrong);
  const auto prepared = client().prepare({});
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::engine_lost);
  EXPECT_NE(prepared.error().detail.find("docket-engine of this module"), std::string::npos) << prepared.error().detail;
}

TEST_F(ForkServerTest, StrictSandboxServesWhereTheKernelHasAll) {
  auto strict = config();
  strict.strict_sandbox = true;
  client_.emplace(strict);
  const auto prepared = client().prepare({});
  if (!prepared) {
    EXPECT_NE(prepared.error().detail.find("docket_sandbox strict"), std::string::npos) << prepared.error().detail;
    return;
  }
  EXPECT_NE(run(request(UnitKind::probe), text_pdf(1)).as<ended::Completed>(), nullptr);
}

// ---- What the processes have.

TEST_F(ForkServerTest, ServerHasWhatItNeedsAndNoMore) {
  const Fd ours(::open("/etc/passwd", O_RDONLY));  // neither close-on-exec nor meant for others
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigaddset(&blocked, SIGXCPU);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, nullptr), 0);
  ::signal(SIGPIPE, SIG_IGN);
  const auto pid = server();
  ::signal(SIGPIPE, SIG_DFL);
  ASSERT_EQ(::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr), 0);
  ASSERT_GT(pid, 0);

  const auto descriptors = descriptors_of(pid);
  ASSERT_TRUE(descriptors);
  for (const auto& [number, what] : *descriptors) {
    const bool standard = number <= 2;
    const bool control = number == wire::control_descriptor && what.rfind("socket:", 0) == 0;
    const bool ruleset = what.find("landlock") != std::string::npos;
    EXPECT_TRUE(standard || control || ruleset) << number << " " << what;
  }
  EXPECT_EQ(descriptors->count(wire::control_descriptor), 1U);
#ifndef __SANITIZE_ADDRESS__
  EXPECT_EQ(descriptors->at(2), "/dev/null");
#endif
  EXPECT_EQ(status_of(pid, "SigBlk"), "0000000000000000");
  // The C library has two signals of its own (32 and 33), which no program can reset.
  EXPECT_EQ(std::stoull(status_of(pid, "SigIgn"), nullptr, 16) & ~0x180000000ULL, 0U);
  EXPECT_EQ(status_of(pid, "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(pid, "Threads"), "1");
  const auto environment = slurp("/proc/" + std::to_string(pid) + "/environ");
  EXPECT_NE(environment.find("OMP_THREAD_LIMIT=1"), std::string::npos);
  EXPECT_EQ(environment.find("HOME="), std::string::npos);
}

TEST_F(ForkServerTest, ChildHasItsOwnDescriptorsOnly) {
  auto held = hold(scan_range());
  const auto descriptors = descriptors_of(held.child);
  for (const auto& [number, what] : descriptors.value_or(std::map<int, std::string>{})) {
    const bool expected = number <= 2 || (number == 3 && what.rfind("socket:", 0) == 0) ||
                          (number == 4 && what.find("memfd:document") != std::string::npos) ||
                          (number == 6 && what.find("memfd:written") != std::string::npos);
    // It may have been stopped before it had closed the rest.
    EXPECT_TRUE(expected || status_of(held.child, "Seccomp") == "0") << number << " " << what;
  }
  EXPECT_TRUE(signal_one(held.child, SIGCONT));
  EXPECT_TRUE(eventually([&] { return status_of(held.child, "Seccomp") == "2" || has_ended(held.child); }));
  EXPECT_TRUE(signal_one(held.child, SIGSTOP));
  ASSERT_FALSE(has_ended(held.child)) << "a document that takes longer is needed";
  EXPECT_EQ(status_of(held.child, "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(held.child, "SigBlk"), "0000000000000000");
  const auto closed_in = descriptors_of(held.child);
  for (const auto& [number, what] : closed_in.value_or(std::map<int, std::string>{})) {
    EXPECT_TRUE(number <= 2 || number == 3 || number == 4 || number == 6) << number << " " << what;
  }
  const auto limits = slurp("/proc/" + std::to_string(held.child) + "/limits");
  EXPECT_NE(limits.find("Max cpu time              120                  121"), std::string::npos) << limits;
  EXPECT_NE(limits.find("Max core file size        0                    0"), std::string::npos) << limits;
  EXPECT_TRUE(signal_one(held.child, SIGKILL));
  held.done.get();
}

// ---- Ends.

TEST_F(ForkServerTest, ChildThatEndsByASignalIsACrash) {
  auto held = hold(scan_range());
  EXPECT_TRUE(signal_one(held.child, SIGALRM) && signal_one(held.child, SIGCONT));
  EXPECT_EQ(held.done.get().error(), "bad crashed: the engine's child was ended by SIGALRM");
}

TEST_F(ForkServerTest, ChildThatIsKilledFromOutsideCostsNoTryAndNobodyElse) {
  auto held = hold(scan_range());
  EXPECT_TRUE(signal_one(held.child, SIGKILL));
  const auto done = held.done.get();
  const auto* postponed = done.as<ended::Postponed>();
  ASSERT_NE(postponed, nullptr) << done.error();
  EXPECT_EQ(postponed->error.detail, "the engine's child was ended by SIGKILL");
  EXPECT_NE(run(request(UnitKind::probe), text_pdf(1)).as<ended::Completed>(), nullptr);
  EXPECT_EQ(children_of(::getpid(), "docket-engine"), std::vector<pid_t>{held.server});
}

TEST_F(ForkServerTest, KilledServerIsReplaced) {
  auto held = hold(scan_range());
  EXPECT_TRUE(signal_one(held.server, SIGKILL));
  const auto done = held.done.get();
  const auto* back = done.as<ended::Released>();
  ASSERT_NE(back, nullptr) << done.error();
  EXPECT_TRUE(back->owner_lost);
  EXPECT_TRUE(eventually([&] { return has_ended(held.child); })) << "a child outlived its server";
  EXPECT_EQ(::waitpid(held.server, nullptr, 0), held.server);

  EXPECT_NE(run(request(UnitKind::probe), text_pdf(1)).as<ended::Completed>(), nullptr);
  EXPECT_TRUE(client().health());
}

TEST_F(ForkServerTest, ServerThatDiedIdleIsReplacedUnnoticed) {
  const auto first = server();
  EXPECT_TRUE(signal_one(first, SIGKILL));
  ASSERT_EQ(::waitpid(first, nullptr, 0), first);
  EXPECT_NE(run(request(UnitKind::probe), text_pdf(1)).as<ended::Completed>(), nullptr);
}

TEST_F(ForkServerTest, WallTimeEndsAChild) {
  auto asked = scan_range();
  asked.limits.unit_ms = 1500;
  auto held = hold(asked);
  EXPECT_EQ(held.done.get().error(), "bad timeout: it took longer than 1.500 s (docket_unit_timeout)");
  EXPECT_TRUE(has_ended(held.child));
}

TEST_F(ForkServerTest, ProcessorTimeEndsAChild) {
  auto asked = scan_range();
  asked.limits.cpu_seconds = 1;
  const auto done = run(asked, scan_tiff(4));
  EXPECT_EQ(done.error(), "bad timeout: it took more than 1 s of processor time (docket_cpu_limit)");
}

TEST_F(ForkServerTest, StopEndsAChild) {
  std::atomic<bool> stop = false;
  auto held = hold(scan_range(), [&] { return stop.load(); });
  EXPECT_FALSE(has_ended(held.child));
  stop = true;
  const auto done = held.done.get();
  const auto* back = done.as<ended::Released>();
  ASSERT_NE(back, nullptr) << done.error();
  EXPECT_FALSE(back->owner_lost);
  EXPECT_TRUE(has_ended(held.child));
  EXPECT_EQ(children_of(::getpid(), "docket-engine"), std::vector<pid_t>{held.server});
}

TEST_F(ForkServerTest, ChildThatDoesNotEndAfterItsLastWordIsKilled) {
  auto impatient = config();
  impatient.exit_grace = std::chrono::milliseconds(100);
  client_.emplace(impatient);
  HeldExit exit(server());
  if (exit.is_refused()) {
    GTEST_SKIP() << "no process may be traced here";
  }
  auto asked = request(UnitKind::probe, MediaType::tiff);
  asked.options.ocr = OcrMode::off;  // which makes thousands of calls, each with two stops
  int questions = 0;                 // four a second, as long as the child is there
  const auto done = run(asked, scan_tiff(1), [&] { return ++questions > 200; });
  EXPECT_NE(done.as<ended::Completed>(), nullptr) << done.error();
  EXPECT_LE(questions, 200) << "it was not killed";
  const auto child = exit.join();
  EXPECT_GT(child, 0) << "the child was not held";
  EXPECT_TRUE(has_ended(child));
}

#ifndef __SANITIZE_ADDRESS__  // which has no limit of address space
TEST_F(ForkServerTest, MemoryIsLimited) {
  auto asked = request(UnitKind::probe, MediaType::tiff);
  asked.limits.memory = 4U << 20U;  // less than the picture
  const auto done = run(asked, scan_tiff(1));
  EXPECT_EQ(done.error(), "bad out_of_memory: it needed more than 4 MB (docket_memory_limit)");
}
#endif

TEST_F(ForkServerTest, EndsWithItsClient) {
  const auto pid = server();
  ASSERT_GT(pid, 0);
  client_.reset();
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(ForkServerTest, EndsWhenIdle) {
  auto soon = config();
  soon.idle = std::chrono::milliseconds(0);
  client_.emplace(soon);
  auto held = hold(scan_range());
  client().stop_if_idle();
  EXPECT_FALSE(has_ended(held.server)) << "it was stopped with a unit in its hands";
  EXPECT_TRUE(signal_one(held.child, SIGKILL));
  held.done.get();
  client().stop_if_idle();
  EXPECT_EQ(::waitpid(held.server, nullptr, 0), held.server);
  EXPECT_NE(run(request(UnitKind::probe), text_pdf(1)).as<ended::Completed>(), nullptr);
}

TEST_F(ForkServerTest, EndsWithItsWorkerAndTakesItsChildrenAlong) {
  const auto scan = scan_tiff(4);
  const auto worker = ::fork();
  if (worker == 0) {
    EngineClient own(config());
    EngineClient::Files files;
    files.input = file_of(scan);
    files.pages = empty_file();
    own.run(scan_range(), std::move(files), {}, {}, {});
    ::_exit(0);
  }
  // The server is an orphan of the worker's from the beginning, and so a child of ours.
  const auto child = await_unit();
  ASSERT_GT(child, 0);
  const auto engine = stat_of(child).parent;
  EXPECT_TRUE(signal_one(child, SIGSTOP));
  EXPECT_TRUE(signal_one(worker, SIGKILL));
  ASSERT_EQ(::waitpid(worker, nullptr, 0), worker);
  EXPECT_EQ(::waitpid(engine, nullptr, 0), engine);
  EXPECT_TRUE(eventually([&] { return has_ended(child); }));
}

// ---- A worker that talks nonsense.

TEST_F(ForkServerTest, NonsenseOnTheControlSocketEndsNothing) {
  auto pair = make_packet_pair();
  const auto engine = ::fork();
  if (engine == 0) {
    ::dup2(pair->there.get(), wire::control_descriptor);
    ::execl(DOCKET_ENGINE_PROGRAM, DOCKET_ENGINE_PROGRAM, "--serve", "--languages", "", nullptr);
    ::_exit(127);
  }
  pair->there.reset();
  ASSERT_EQ(::waitpid(engine, nullptr, 0), engine);
  const auto receive = [&](int socket) {
    Packet packet;
    eventually([&] {
      packet = *receive_packet(socket, wire::max_message);
      return packet.kind != Packet::Kind::nothing;
    });
    return packet;
  };
  ASSERT_EQ(wire::decode_hello(receive(pair->here.get()).bytes)->error, "");

  const auto null = devnull();
  ASSERT_TRUE(send_packet(pair->here.get(), "nonsense"));
  ASSERT_TRUE(send_packet(pair->here.get(), std::string(100'000, 'x')));
  ASSERT_TRUE(send_packet(pair->here.get(), wire::encode(wire::JobFiles{}), std::array{null.get()}));
  const std::array<int, 12> many = [&] {
    std::array<int, 12> all{};
    all.fill(null.get());
    return all;
  }();
  ASSERT_TRUE(send_packet(pair->here.get(), wire::encode(wire::JobFiles{}), many));

  // A request that is none: its sockets are closed, which hands the unit back.
  auto unit = make_packet_pair();
  auto end = make_packet_pair();
  const auto request_file = file_of("not a request");
  ASSERT_TRUE(send_packet(pair->here.get(), wire::encode(wire::JobFiles{}),
                          std::array{request_file.get(), unit->there.get(), end->there.get(), null.get()}));
  unit->there.reset();
  end->there.reset();
  EXPECT_EQ(receive(end->here.get()).kind, Packet::Kind::end);

  const auto server = children_of(::getpid(), "docket-engine");
  ASSERT_EQ(server.size(), 1U);
  EXPECT_FALSE(has_ended(server[0]));
  pair->here.reset();
  EXPECT_EQ(::waitpid(server[0], nullptr, 0), server[0]);
}

}  // namespace
}  // namespace docket::engine::test
