#include "host/wakeup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <vector>

#include "temp_folder.h"

namespace docket {
namespace {

class BellTest : public testing::Test {
 protected:
  Bell open_bell(const std::string& name = "work") {
    auto bell = Bell::open(folder.path(), name);
    EXPECT_TRUE(bell) << bell.error().detail;
    return std::move(bell).value();
  }

  /// Whether the bell's listener is woken, at once or within `timeout_ms`.
  static bool heard(Bell& bell, int timeout_ms = 0) {
    pollfd wanted{.fd = bell.listen(), .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, timeout_ms) == 1 && (wanted.revents & POLLIN) != 0;
  }

  TempFolder folder;
};

TEST_F(BellTest, WakesItsListenerUntilItIsHushed) {
  auto bell = open_bell();
  EXPECT_FALSE(heard(bell)) << "a listener hears nothing that was before";
  bell.ring();
  EXPECT_TRUE(heard(bell));
  EXPECT_TRUE(heard(bell)) << "until it is hushed";
  bell.hush();
  EXPECT_FALSE(heard(bell));
  bell.ring();
  EXPECT_TRUE(heard(bell));
}

TEST_F(BellTest, WakesEveryListener) {
  auto ringer = open_bell();
  auto one = open_bell();
  auto two = open_bell();
  ASSERT_GE(one.listen(), 0);
  ASSERT_GE(two.listen(), 0);
  one.hush();
  ringer.ring();
  EXPECT_TRUE(heard(one));
  EXPECT_TRUE(heard(two));
  one.hush();
  EXPECT_FALSE(heard(one));
  EXPECT_TRUE(heard(two));
}

TEST_F(BellTest, OpeningAgainDoesNoMoreThanRing) {
  auto bell = open_bell();
  ASSERT_GE(bell.listen(), 0);
  open_bell();
  bell.hush();
  EXPECT_FALSE(heard(bell));
  EXPECT_EQ(std::filesystem::file_size(folder.path() + "/work"), 1U);
}

TEST_F(BellTest, RingsInOtherProcessesToo) {
  auto bell = open_bell();
  ASSERT_GE(bell.listen(), 0);
  OtherProcess process([path = folder.path()] {
    auto other = Bell::open(path, "work").value();
    other.ring();
    return std::pair(std::move(other), std::string("rung"));
  });
  EXPECT_EQ(process.said(), "rung");
  EXPECT_TRUE(heard(bell));
}

TEST_F(BellTest, BellsOfOtherNamesAreOtherBells) {
  auto work = open_bell("work");
  auto changes = open_bell("changes");
  ASSERT_GE(work.listen(), 0);
  ASSERT_GE(changes.listen(), 0);
  changes.ring();
  EXPECT_FALSE(heard(work));
  EXPECT_TRUE(heard(changes));
}

TEST_F(BellTest, ManyRingsFillNothing) {
  auto bell = open_bell();
  ASSERT_GE(bell.listen(), 0);
  for (int i = 0; i < 100'000; ++i) {
    bell.ring();
  }
  EXPECT_TRUE(heard(bell));
  bell.hush();
  EXPECT_FALSE(heard(bell));
  bell.ring();
  EXPECT_TRUE(heard(bell));
}

TEST_F(BellTest, ThreadsMayRingAtOnce) {
  auto bell = open_bell();
  ASSERT_GE(bell.listen(), 0);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&bell] {
        for (int i = 0; i < 1000; ++i) {
          bell.ring();
        }
      });
    }
  }
  EXPECT_TRUE(heard(bell));
}

TEST_F(BellTest, WakesAThreadThatWaits) {
  auto bell = open_bell();
  ASSERT_GE(bell.listen(), 0);
  bell.hush();
  bool woken = false;
  std::jthread waiting([&] { woken = heard(bell, 10'000); });
  bell.ring();
  waiting.join();
  EXPECT_TRUE(woken);
}

TEST_F(BellTest, ItsDescriptorsDoNotBlockAndAreNotInherited) {
  auto bell = open_bell();
  const int listening = bell.listen();
  ASSERT_GE(listening, 0);
  EXPECT_EQ(bell.listen(), listening) << "made once";
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
  auto bell = open_bell();
  bell.ring();
  bell.hush();
  EXPECT_FALSE(heard(bell));
}

TEST_F(BellTest, ListensToNothingWhenItsFileIsGone) {
  auto bell = open_bell();
  std::filesystem::remove(folder.path() + "/work");
  EXPECT_EQ(bell.listen(), -1);
  bell.ring();  // does no harm
  bell.hush();
}

TEST_F(BellTest, SaysWhatIsWrong) {
  const auto bell = Bell::open(folder.path() + "/missing", "work");
  ASSERT_FALSE(bell);
  EXPECT_EQ(bell.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace docket
