// What becomes of what a program writes.
#include <sys/socket.h>

#include <algorithm>
#include <fstream>

#include "base/utf8.h"
#include "launch/launch_fixture.h"

namespace docket::launch::test {
namespace {

class OutputTest : public LaunchTest {};

TEST_P(OutputTest, LogHasBothResultHasStandardOutput) {
  const auto asked = shell(
      "echo one; while [ ! -e in/1 ]; do sleep 0.02; done; echo two >&2; while [ ! -e in/2 ]; do sleep 0.02; done; "
      "echo three");
  const auto running = start(asked);
  EXPECT_TRUE(eventually([&] { return slurp(running->log) == "one\n"; }));
  std::ofstream(asked.folder + "/in/1") << "";
  EXPECT_TRUE(eventually([&] { return slurp(running->log) == "one\ntwo\n"; }));
  std::ofstream(asked.folder + "/in/2") << "";
  const auto done = running->finish();
  EXPECT_EQ(done.log, "one\ntwo\nthree\n");
  EXPECT_EQ(done.result, "one\nthree\n");
  EXPECT_FALSE(done.exited->result_cut);
  EXPECT_EQ(done.exited->tail, "one\ntwo\nthree");
  EXPECT_EQ(done.lines(), (std::vector<std::string>{"one", "two", "three"}));
}

TEST_P(OutputTest, ResultIsCut) {
  auto asked = shell("printf 1234567890");
  asked.result_size = 10;
  auto done = run(asked);
  EXPECT_EQ(done.result, "1234567890");
  EXPECT_FALSE(done.exited->result_cut);
  asked.result_size = 9;
  done = run(asked);
  EXPECT_EQ(done.result, "123456789");
  EXPECT_TRUE(done.exited->result_cut);
  asked.result_size = 0;
  done = run(asked);
  EXPECT_EQ(done.result, "");
  EXPECT_TRUE(done.exited->result_cut);
}

TEST_P(OutputTest, AResultThatCannotBeWrittenIsTold) {
  const auto asked = shell("echo one; echo two");
  const auto result = root_ / ("files" + std::to_string(folders_) + ".result");
  fs::create_symlink("/dev/full", result);
  const auto running = start(asked);
  fs::remove(result);  // it is open now
  const auto done = running->finish();
  EXPECT_EQ(done.exit_code(), 0) << done;
  EXPECT_EQ(done.exited->result_errno, ENOSPC);
  EXPECT_EQ(done.log, "one\ntwo\n");
  EXPECT_EQ(run(asked).exited->result_errno, 0);
}

TEST_P(OutputTest, LogIsHeadNoteTail) {
  auto asked = shell("seq 100000");
  asked.log_size = 1000;
  asked.result_size = 0;
  const auto done = run(asked);
  EXPECT_TRUE(done.log.starts_with("1\n2\n3\n")) << done.log;
  EXPECT_TRUE(done.log.ends_with("\n99999\n100000\n")) << done.log;
  EXPECT_NE(done.log.find("\n[587895 bytes are left out here]\n"), std::string::npos) << done.log;
  EXPECT_LT(done.log.size(), 1100U);
}

TEST_P(OutputTest, LogGrowsWhileItRuns) {
  auto asked = shell(
      "echo begun; while [ ! -e in/go ]; do sleep 0.02; done; seq 1000; while [ ! -e in/end ]; do sleep 0.02; done");
  asked.log_size = 100;
  const auto running = start(asked);
  EXPECT_TRUE(eventually([&] { return slurp(running->log) == "begun\n"; }));
  std::ofstream(asked.folder + "/in/go") << "";
  EXPECT_TRUE(eventually([&] { return slurp(running->log).ends_with("1000\n"); })) << "the tail is not written";
  std::ofstream(asked.folder + "/in/end") << "";
  EXPECT_EQ(running->finish().exit_code(), 0);
}

TEST_P(OutputTest, EndlessOutputTakesNoMemory) {
  auto asked = shell("head -c 400000000 /dev/zero; yes | head -c 100000000; : > out/ready; exec sleep 1000");
  asked.log_size = 1U << 20U;
  const auto running = start(asked);
  // Nobody reads the lines of it meanwhile.
  ASSERT_TRUE(eventually([&] { return fs::exists(asked.folder + "/out/ready"); }));
  const auto supervisors = engine::test::children_of(server(), "docket-program");
  ASSERT_EQ(supervisors.size(), 1U);
#ifndef __SANITIZE_ADDRESS__
  const auto most = std::atol(engine::test::status_of(supervisors[0], "VmHWM").c_str());
  EXPECT_GT(most, 0);
  EXPECT_LT(most, 16'000) << "kB";
#endif
  ::shutdown(running->socket.get(), SHUT_WR);
  const auto done = running->finish();
  EXPECT_EQ(done.result.size(), asked.result_size);
  EXPECT_TRUE(done.exited->result_cut);
  EXPECT_LT(done.log.size(), (1U << 20U) + 100);
  EXPECT_EQ(done.left_out() + done.lines().size(), 50'000'000U);
}

TEST_P(OutputTest, LinesAreTextAndShort) {
  const auto done = run(python(R"(
import os
os.write(1, b"a\xffb\r\n\n\0\n" + b"x" * 5000 + b"\n" + "€".encode() * 1000 + b"\nno end"))"));
  const auto lines = done.lines();
  ASSERT_EQ(lines.size(), 6U) << done;
  EXPECT_EQ(lines[0],
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[2], std::string(1, '\0'));
  EXPECT_EQ(lines[3], std::string(max_text, 'x'));
  EXPECT_EQ(lines[4].size(), max_text - max_text % 3);
  EXPECT_EQ(lines[5], "no end");
  EXPECT_TRUE(is_valid_utf8(done.exited->tail));
}

TEST_P(OutputTest, LinesAreCountedBeyondTheirRate) {
  const auto done = run(shell("seq 1000"));
  EXPECT_EQ(done.lines().size(), lines_per_second);
  EXPECT_EQ(done.lines().front(), "1");
  EXPECT_EQ(done.left_out(), 1000 - lines_per_second);
}

TEST_P(OutputTest, ASlowWorkerDoesNotHoldItUp) {
  auto asked = shell("i=0; while [ $i -lt 3000 ]; do echo $i; echo $i/3000 >&3; i=$((i+1)); done; : > out/ready");
  const auto running = start(asked, 1);
  ASSERT_TRUE(eventually([&] { return fs::exists(asked.folder + "/out/ready"); }));
  const auto done = running->finish();
  EXPECT_EQ(done.exit_code(), 0) << done;
  EXPECT_EQ(done.lines().size() + done.left_out(), 3000U);
  EXPECT_EQ(done.log.size(), 13'890U);
}

// ---- Progress.

TEST_P(OutputTest, ProgressIsTold) {
  auto asked = shell(R"(
echo '{"processed": 1, "total": 4, "message": "begun"}' >&3
while [ ! -e in/go ]; do sleep 0.02; done
echo 'nonsense' >&3; echo '{"processed": -1}' >&3; printf '\000\377\n' >&3; echo 99999999999/1 >&3
echo 3/4 >&3)");
  std::ofstream(asked.folder + "/in/go") << "";
  const auto done = run(asked);
  EXPECT_EQ(done.exit_code(), 0) << done;
  ASSERT_FALSE(done.progress.empty());
  EXPECT_EQ(done.progress.back(), (Progress{.processed = 3, .total = 4, .message = "begun"}));
  EXPECT_EQ(done.log, "");
}

TEST_P(OutputTest, ProgressComesWhileItRuns) {
  auto asked = shell("echo 1/2 >&3; while [ ! -e in/go ]; do sleep 0.02; done; printf 2/2 >&3");
  const auto running = start(asked);
  EXPECT_EQ(running->await<Progress>(), (Progress{.processed = 1, .total = 2, .message = ""}));
  std::ofstream(asked.folder + "/in/go") << "";
  EXPECT_EQ(running->finish().progress.back(), (Progress{.processed = 2, .total = 2, .message = ""}));
}

TEST_P(OutputTest, OnlyTheLastOfMuchProgressIsTold) {
  const auto done = run(python(R"(
import os
for i in range(100001):
    os.write(3, b"%d/100000\n" % i))"));
  EXPECT_EQ(done.progress.back(), (Progress{.processed = 100'000, .total = 100'000, .message = ""}));
  EXPECT_LT(done.progress.size(), 2000U);
}

TEST_P(OutputTest, LinesWithoutEndAreNoProgress) {
  const auto done = run(shell("head -c 30000000 /dev/zero | tr '\\0' '{' >&3; echo >&3; echo 1/3 >&3"));
  EXPECT_EQ(done.exit_code(), 0) << done;
  EXPECT_EQ(done.progress.size(), 1U);
}

TEST_P(OutputTest, AProgramMayCloseAll) {
  const auto done = run(shell("exec 0<&- 1>&- 2>&- 3>&-; exit 9"));
  EXPECT_EQ(done.exit_code(), 9) << done;
}

INSTANTIATE_TEST_SUITE_P(Surroundings, OutputTest, all_surroundings(), name_of);

}  // namespace
}  // namespace docket::launch::test
