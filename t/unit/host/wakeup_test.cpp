#include "host/wakeup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <vector>

#include "base/temp_folder.h"

namespace docket {
namespace {

class BellTest : public testing::Test {
 protected:
  Wakeup open_wakeup(const std::string& name = "work") {
    auto wakeup = Wakeup::open(folder.path(), name);
    EXPECT_TRUE(wakeup) << wakeup.error().detail;
    return std::move(wakeup).value();
  }

  /// Whether the wakeup's listener is woken, at once or within `timeout_ms`.
  static bool heard(Wakeup& wakeup, int timeout_ms = 0) {
    pollfd wanted{.fd = wakeup.listen(), .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, timeout_ms) == 1 && (wanted.revents & POLLIN) != 0;
  }

  TempFolder folder;
};

TEST_F(BellTest, WakesItsListenerUntilItIsHushed) {
  auto wakeup = open_wakeup();
  EXPECT_FALSE(heard(wakeup)) << "a listener hears nothing that was before";
  wakeup.notify();
  EXPECT_TRUE(heard(wakeup));
  EXPECT_TRUE(heard(wakeup)) << "until it is hushed";
  wakeup.drain();
  EXPECT_FALSE(heard(wakeup));
  wakeup.notify();
  EXPECT_TRUE(heard(wakeup));
}

TEST_F(BellTest, WakesEveryListener) {
  auto notifier = open_wakeup();
  auto one = open_wakeup();
  auto two = open_wakeup();
  ASSERT_GE(one.listen(), 0);
  ASSERT_GE(two.listen(), 0);
  one.drain();
  notifier.notify();
  EXPECT_TRUE(heard(one));
  EXPECT_TRUE(heard(two));
  one.drain();
  EXPECT_FALSE(heard(one));
  EXPECT_TRUE(heard(two));
}

TEST_F(BellTest, OpeningAgainDoesNoMoreThanRing) {
  auto wakeup = open_wakeup();
  ASSERT_GE(wakeup.listen(), 0);
  open_wakeup();
  wakeup.drain();
  EXPECT_FALSE(heard(wakeup));
  EXPECT_EQ(std::filesystem::file_size(folder.path() + "/work"), 1U);
}

TEST_F(BellTest, RingsInOtherProcessesToo) {
  auto wakeup = open_wakeup();
  ASSERT_GE(wakeup.listen(), 0);
  OtherProcess process([path = folder.path()] {
    auto other = Wakeup::open(path, "work").value();
    other.notify();
    return std::pair(std::move(other), std::string("rung"));
  });
  EXPECT_EQ(process.said(), "rung");
  EXPECT_TRUE(heard(wakeup));
}

TEST_F(BellTest, BellsOfOtherNamesAreOtherBells) {
  auto work = open_wakeup("work");
  auto changes = open_wakeup("changes");
  ASSERT_GE(work.listen(), 0);
  ASSERT_GE(changes.listen(), 0);
  changes.notify();
  EXPECT_FALSE(heard(work));
  EXPECT_TRUE(heard(changes));
}

TEST_F(BellTest, ManyRingsFillNothing) {
  auto wakeup = open_wakeup();
  ASSERT_GE(wakeup.listen(), 0);
  for (int i = 0; i < 100'000; ++i) {
    wakeup.notify();
  }
  EXPECT_TRUE(heard(wakeup));
  wakeup.drain();
  EXPECT_FALSE(heard(wakeup));
  wakeup.notify();
  EXPECT_TRUE(heard(wakeup));
}

TEST_F(BellTest, ThreadsMayRingAtOnce) {
  auto wakeup = open_wakeup();
  ASSERT_GE(wakeup.listen(), 0);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&wakeup] {
        for (int i = 0; i < 1000; ++i) {
          wakeup.notify();
        }
      });
    }
  }
  EXPECT_TRUE(heard(wakeup));
}

TEST_F(BellTest, WakesAThreadThatWaits) {
  auto wakeup = open_wakeup();
  ASSERT_GE(wakeup.listen(), 0);
  wakeup.drain();
  bool woken = false;
  std::jthread waiting([&] { woken = heard(wakeup, 10'000); });
  wakeup.notify();
  waiting.join();
  EXPECT_TRUE(woken);
}

TEST_F(BellTest, ItsDescriptorsDoNotBlockAndAreNotInherited) {
  auto wakeup = open_wakeup();
  const int listening = wakeup.listen();
  ASSERT_GE(listening, 0);
  EXPECT_EQ(wakeup.listen(), listening) << "made once";
  EXPECT_EQ(::fcntl(listening, F_GETFD), FD_CLOEXEC);
  EXPECT_NE(::fcntl(listening, F_GETFL) & O_NONBLOCK, 0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    if (std::filesystem::read_symlink(entry.path(), ignored) == std::filesystem::canonical(folder.path() + "/work")) {
      EXPECT_EQ(::fcntl(std::stoi(entry.path().filename().string()), F_GETFD), FD_CLOEXEC);
      ++files;
    }
  }
  EXPECT_EQ(files, 1);
}

TEST_F(BellTest, ABellThatNobodyListensToIsHushedToo) {
  auto wakeup = open_wakeup();
  wakeup.notify();
  wakeup.drain();
  EXPECT_FALSE(heard(wakeup));
}

TEST_F(BellTest, ListensToNothingWhenItsFileIsGone) {
  auto wakeup = open_wakeup();
  std::filesystem::remove(folder.path() + "/work");
  EXPECT_EQ(wakeup.listen(), -1);
  wakeup.notify();  // does no harm
  wakeup.drain();
}

TEST_F(BellTest, SaysWhatIsWrong) {
  const auto wakeup = Wakeup::open(folder.path() + "/missing", "work");
  ASSERT_FALSE(wakeup);
  EXPECT_EQ(wakeup.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace docket
