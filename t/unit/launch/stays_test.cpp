// Programs that stay and take one Job after the other.
#include <fcntl.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <fstream>

#include "launch/launch_fixture.h"

namespace docket::launch::test {
namespace {

class StaysTest : public LaunchTest {
 protected:
  /// A program that does what the job says, a python statement, with say() for its descriptor 3.
  std::unique_ptr<Running> worker(const std::string& at_start = "") {
    auto asked = python(
        "import sys, os, json, time, signal\n"
        "def say(text): os.write(3, (text if isinstance(text, str) else json.dumps(text)).encode() + b'\\n')\n" +
        at_start +
        "\nfor line in sys.stdin:\n"
        "    exec(json.loads(line)['do'])\n");
    asked.stays = true;
    folder_ = asked.folder;
    return start(asked);
  }
  void give_code(Running& running, const std::string& code, const std::string& name, std::uint32_t time_ms = 0) {
    std::string line = R"({"do":")";
    for (const char c : code) {
      line += c == '"' ? "\\\"" : c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
    }
    give(running, line + "\"}", name, time_ms);
  }

  std::string folder_;
};

TEST_P(StaysTest, DoesOneJobAfterTheOther) {
  const auto running = worker();
  give_code(
      *running,
      "print('one', flush=True); say({'processed': 1, 'total': 2}); say('{\"done\": true, \"result\": {\"n\": 1.0}}')",
      "a");
  EXPECT_EQ(running->await<JobDone>(), JobDone{});
  EXPECT_EQ(slurp(running->log), "one\n");
  EXPECT_EQ(slurp(running->result), R"({"n": 1.0})");
  EXPECT_EQ(running->done.lines(), std::vector<std::string>{"one"});
  ASSERT_EQ(running->done.progress.size(), 1U);
  EXPECT_EQ(running->done.progress[0].processed, 1U);

  give_code(*running, "print('two', flush=True); say({'error': 'not today'})", "b");
  EXPECT_EQ(running->await<JobDone>(), (JobDone{.failed = true, .error = "not today"}));
  EXPECT_EQ(slurp(running->log), "two\n");
  EXPECT_EQ(slurp(running->result), "");

  running->socket.reset();
  EXPECT_TRUE(running->await_ended());
}

TEST_P(StaysTest, OutputBetweenJobsIsNobodys) {
  const auto running = worker("print('starting', flush=True); open('out/ready', 'w').close()");
  ASSERT_TRUE(eventually([&] { return fs::exists(folder_ + "/out/ready"); }));
  give_code(*running,
            "print('mine', flush=True); say({'done': True}); print('late', flush=True); open('out/late', 'w').close()",
            "a");
  ASSERT_TRUE(running->await<JobDone>());
  ASSERT_TRUE(eventually([&] { return fs::exists(folder_ + "/out/late"); }));
  give_code(*running, "print('next', flush=True); say({'done': True})", "b");
  ASSERT_TRUE(running->await<JobDone>());
  EXPECT_EQ(slurp(running->log), "next\n");
  EXPECT_EQ(slurp(root_ / "a.log").find("starting"), std::string::npos);
}

TEST_P(StaysTest, ALargeResultStandsAsItIs) {
  const auto running = worker();
  give_code(*running, "say('{\"result\": [\"' + 'x' * 8000000 + '\", 1e2], \"done\": true}')", "a");
  EXPECT_EQ(running->await<JobDone>(), JobDone{});
  EXPECT_EQ(slurp(running->result), "[\"" + std::string(8'000'000, 'x') + "\", 1e2]");
}

TEST_P(StaysTest, ALargeJobArrives) {
  const auto running = worker();
  give_code(*running, "say({'done': True, 'result': len(line)}) #" + std::string(40'000, 'x'), "a");
  EXPECT_EQ(running->await<JobDone>(), JobDone{});
  EXPECT_GT(std::atoi(slurp(running->result).c_str()), 40'000);
}

TEST_P(StaysTest, AResultThatCannotBeStoredFailsItsJob) {
  const auto running = worker();
  const Fd log(::open("/dev/null", O_RDWR));
  const Fd result(::open("/dev/null", O_RDONLY));
  const std::array descriptors{log.get(), result.get()};
  const Job job{.line = R"-({"do": "say({'done': True, 'result': 1})"})-", .time_ms = 0};
  ASSERT_TRUE(send_packet(running->socket.get(), encode(job), descriptors));
  const auto done = running->await<JobDone>();
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->failed);
  EXPECT_NE(done->error.find("cannot be stored"), std::string::npos) << done->error;
  give_code(*running, "say({'done': True})", "b");
  EXPECT_EQ(running->await<JobDone>(), JobDone{}) << "it goes on";
}

TEST_P(StaysTest, AWorkerThatIsGoneDuringAJob) {
  const auto running = worker("signal.signal(signal.SIGTERM, lambda *x: (print('asked', flush=True), sys.exit(0)))");
  give_code(*running, "open('out/ready', 'w').close(); time.sleep(1000)", "a");
  ASSERT_TRUE(eventually([&] { return fs::exists(folder_ + "/out/ready"); }));
  running->socket.reset();
  ASSERT_TRUE(running->await_ended());
  EXPECT_EQ(slurp(running->log), "asked\n");
}

TEST_P(StaysTest, AnEndlessLineIsNonsense) {
  const auto running = worker();
  give_code(*running, "say('x' * 20000000)", "a");
  const auto done = running->finish();
  EXPECT_TRUE(done.is(Exited::Why::nonsense)) << done;
  EXPECT_NE(done.exited->tail.find("16 MB"), std::string::npos) << done;
}

TEST_P(StaysTest, ALineThatBeginsAsAnObjectAndIsNoneIsNonsense) {
  for (const auto* said :
       {R"(say('{"done": true, "result": NaN}'))", R"(say('{"done": true, "result": "\\ud800"}'))",
        R"(say("{'done': True}"))", R"(os.write(3, b'{"error": "\xff"}\n'))", R"(os.write(3, b'{"done": true}\0\n'))",
        R"(say('{"done": true, "job_id": 1}'))", R"(say('{"done": true, "result": "' + 'x' * 17000000 + '"}'))"}) {
    const auto running = worker();
    give_code(*running, std::string("os.write(3, b'what is no object is ignored\\n')\n") + said + "\ntime.sleep(1000)",
              "a");
    const auto done = running->finish();
    EXPECT_TRUE(done.is(Exited::Why::nonsense)) << said << ": " << done;
    EXPECT_NE(done.exited->tail.find("descriptor 3"), std::string::npos) << done;
  }
}

TEST_P(StaysTest, AnAnswerWithoutAJobIsNonsense) {
  const auto running = worker("say({'processed': 1}); say({'done': True})");
  auto done = running->finish();
  EXPECT_TRUE(done.is(Exited::Why::nonsense)) << done;
  EXPECT_NE(done.exited->tail.find("{\"done\": true}"), std::string::npos) << done;

  const auto twice = worker();
  give_code(*twice, "say({'done': True}); say({'done': True})", "a");
  EXPECT_TRUE(twice->await<JobDone>());
  EXPECT_TRUE(twice->finish().is(Exited::Why::nonsense));
}

TEST_P(StaysTest, LinesThatNameAnotherJobAreNotThisJobs) {
  const auto running = worker("a, b = '01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000000b'");
  const std::string a = "01890000-0000-7000-8000-00000000000a";
  const std::string b = "01890000-0000-7000-8000-00000000000b";
  give_code(*running, "say({'done': True, 'job_id': a, 'result': 1}); say({'done': True, 'job_id': a})", a);
  EXPECT_EQ(running->await<JobDone>(), JobDone{});
  EXPECT_EQ(slurp(running->result), "1");
  give_code(*running,
            "say({'job_id': a, 'processed': 1, 'total': 9}); say({'job_id': a, 'done': True, 'result': 'late'}); "
            "say({'job_id': a, 'error': 'late'}); say({'processed': 1, 'total': 2, 'job_id': b}); "
            "say({'result': 2, 'done': True, 'job_id': b})",
            b);
  EXPECT_EQ(running->await<JobDone>(), JobDone{});
  EXPECT_EQ(slurp(running->result), "2");
  ASSERT_EQ(running->done.progress.size(), 1U);
  EXPECT_EQ(running->done.progress[0], (Progress{.processed = 1, .total = 2, .message = ""}));
}

/// What it says before the supervisor takes the next Job, which has been sent: `say`, a python statement.
TEST_P(StaysTest, AnAnswerFromBeforeItsJobIsNotTheJobs) {
  for (const auto* said : {"say({'done': True})", "say({'error': 'late'})", "os.write(3, b'{\"done\": ')"}) {
    const auto running = worker();
    give_code(*running,
              std::string("say({'done': True})\nwhile not os.path.exists('in/go'): time.sleep(0.01)\n") + said +
                  "\nopen('out/said', 'w').close()",
              "a");
    ASSERT_TRUE(running->await<JobDone>());
    const auto supervisors = engine::test::children_of(server(), "docket-program");
    ASSERT_EQ(supervisors.size(), 1U);
    ASSERT_EQ(::kill(supervisors[0], SIGSTOP), 0);
    std::ofstream(folder_ + "/in/go") << "";
    ASSERT_TRUE(eventually([&] { return fs::exists(folder_ + "/out/said"); }));
    give_code(*running, "open('out/begun', 'w').close(); os.write(3, b'true}\\n'); time.sleep(1000)", "b");
    ASSERT_EQ(::kill(supervisors[0], SIGCONT), 0);
    const auto done = running->finish();
    EXPECT_TRUE(done.is(Exited::Why::nonsense)) << done;
    const bool in_two_parts = std::string_view(said).starts_with("os.write");
    EXPECT_EQ(done.exited->job_begun, in_two_parts) << said;
    EXPECT_EQ(fs::exists(folder_ + "/out/begun"), in_two_parts) << said;
  }
}

TEST_P(StaysTest, WhetherItsJobWasBegunIsTold) {
  const auto idle = worker();
  give_code(*idle, "say({'done': True}); sys.exit(0)", "a");
  EXPECT_TRUE(idle->await<JobDone>());
  EXPECT_FALSE(idle->finish().exited->job_begun);
  const auto busy = worker();
  give_code(*busy, "sys.exit(0)", "a");
  EXPECT_TRUE(busy->finish().exited->job_begun);
}

TEST_P(StaysTest, TimeOfAJobIsLimited) {
  const auto running = worker();
  give_code(*running, "say({'done': True})", "a", 60'000);
  ASSERT_TRUE(running->await<JobDone>());
  give_code(*running, "print('begun', flush=True); time.sleep(1000)", "b", 1'000);
  const auto done = running->finish();
  EXPECT_TRUE(done.is(Exited::Why::timed_out)) << done;
  EXPECT_EQ(done.exited->tail, "begun");
  EXPECT_EQ(done.log, "begun\n");
}

TEST_P(StaysTest, IdleTimeIsNot) {
  auto asked =
      python("import os, sys; os.open('out/ready', os.O_CREAT); sys.stdin.read(); open('out/eof', 'w').close()");
  asked.stays = true;
  asked.time_ms = 1;
  const auto running = start(asked);
  ASSERT_TRUE(eventually([&] { return fs::exists(asked.folder + "/out/ready"); }));
  EXPECT_EQ(engine::test::children_of(server(), "docket-program").size(), 1U);
  running->socket.reset();
  EXPECT_TRUE(running->await_ended());
}

TEST_P(StaysTest, ItsEndIsToldWithTheLogOfTheJob) {
  const auto running = worker();
  give_code(*running, "sys.stderr.write('Traceback\\n'); sys.exit(3)", "a");
  const auto done = running->finish();
  EXPECT_TRUE(done.is(Exited::Why::itself)) << done;
  EXPECT_EQ(done.exit_code(), 3);
  EXPECT_EQ(done.exited->tail, "Traceback");
  EXPECT_EQ(done.log, "Traceback\n");
}

TEST_P(StaysTest, OneThatCannotBeginSaysWhy) {
  const auto running = worker("raise SystemExit('no model')");
  const auto done = running->finish();
  EXPECT_EQ(done.exit_code(), 1) << done;
  EXPECT_EQ(done.exited->tail, "no model");
}

TEST_P(StaysTest, ATailIsOfItsOwnJobOnly) {
  const auto running = worker();
  give_code(*running, "print('a secret', flush=True); say({'done': True})", "a");
  ASSERT_TRUE(running->await<JobDone>());
  give_code(*running, "sys.exit(1)", "b");
  EXPECT_EQ(running->finish().exited->tail, "");
}

TEST_P(StaysTest, AWorkerThatSendsNonsenseEndsIt) {
  const auto running = worker();
  ASSERT_TRUE(send_packet(running->socket.get(), "nonsense"));
  EXPECT_TRUE(running->finish().is(Exited::Why::stopped));
  const auto two = worker();
  give_code(*two, "time.sleep(1000)", "a");
  give_code(*two, "time.sleep(1000)", "b");
  EXPECT_TRUE(two->finish().is(Exited::Why::stopped));
}

TEST_P(StaysTest, AProgramThatDoesNotReadIsEndedAtItsTime) {
  auto asked = shell("exec 0<&-; : > out/ready; while :; do sleep 0.1; done");
  asked.stays = true;
  const auto running = start(asked);
  ASSERT_TRUE(eventually([&] { return fs::exists(asked.folder + "/out/ready"); }));
  give(*running, "{\"" + std::string(40'000, 'x') + "\":1}", "a", 300);
  EXPECT_TRUE(running->finish().is(Exited::Why::timed_out));
}

INSTANTIATE_TEST_SUITE_P(Surroundings, StaysTest, all_surroundings(), name_of);

}  // namespace
}  // namespace docket::launch::test
