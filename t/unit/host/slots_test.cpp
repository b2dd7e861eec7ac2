#include "host/slots.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <fstream>
#include <thread>
#include <vector>

#include "base/temp_folder.h"

namespace docket {
namespace {

class SlotsTest : public testing::Test {
 protected:
  std::optional<Slot> take(std::uint32_t count) {
    auto slot = try_take_unit_slot(folder.path(), 0, count);
    EXPECT_TRUE(slot) << slot.error().detail;
    return slot ? std::move(*slot) : std::nullopt;
  }

  TempFolder folder;
};

/// For OtherProcess: holds slots, as many as it can get of `count`, and says how many.
auto hold_slots_in(const std::string& folder, std::uint32_t count) {
  return [folder, count] {
    std::vector<Slot> slots;
    while (auto slot = try_take_unit_slot(folder, 0, count).value()) {
      slots.push_back(std::move(*slot));
    }
    auto number = std::to_string(slots.size());
    return std::pair(std::move(slots), std::move(number));
  };
}

TEST_F(SlotsTest, ThereAreAsManyAsThereAre) {
  const auto one = take(2);
  auto two = take(2);
  EXPECT_TRUE(one);
  EXPECT_TRUE(two);
  EXPECT_FALSE(take(2));
  two.reset();
  EXPECT_TRUE(take(2)) << "letting go makes room";
}

TEST_F(SlotsTest, PoolsHaveTheirOwn) {
  const auto one = take(1);
  ASSERT_TRUE(one);
  const auto other = try_take_unit_slot(folder.path(), 255, 1);
  ASSERT_TRUE(other);
  EXPECT_TRUE(*other);
  EXPECT_FALSE(*try_take_unit_slot(folder.path(), 255, 1));
}

TEST_F(SlotsTest, NoneOfNone) {
  EXPECT_FALSE(take(0));
}

TEST_F(SlotsTest, MoreMayBeAllowedLater) {
  const auto one = take(1);
  EXPECT_FALSE(take(1));
  const auto two = take(2);
  EXPECT_TRUE(two);
  EXPECT_FALSE(take(2));
}

TEST_F(SlotsTest, MovesWithItsOwner) {
  auto slot = take(1);
  ASSERT_TRUE(slot);
  Slot kept = std::move(*slot);
  slot.reset();
  EXPECT_FALSE(take(1));
  kept = Slot(Fd());
  EXPECT_TRUE(take(1));
}

TEST_F(SlotsTest, AreSharedByProcessesAndFreedByTheKernel) {
  auto mine = take(3);
  OtherProcess process(hold_slots_in(folder.path(), 3));
  EXPECT_EQ(process.said(), "2");
  EXPECT_FALSE(take(3));
  process.kill();
  const auto one = take(3);
  const auto two = take(3);
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(take(3));
}

TEST_F(SlotsTest, NoTwoThreadsHaveTheSame) {
  constexpr int slots = 2;
  constexpr int threads = 4;
  std::atomic<int> at_work = 0;
  std::atomic<int> most = 0;
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) {
          const auto slot = try_take_unit_slot(folder.path(), 0, slots);
          if (slot && *slot) {
            ++taken;
            const int now = ++at_work;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
            }
            --at_work;
          }
        }
      });
    }
  }
  EXPECT_GT(taken, 0);
  EXPECT_LE(most, slots);
}

TEST_F(SlotsTest, ThreadsGetAllThereAreAndNoMore) {
  constexpr std::ptrdiff_t threads = 6;
  std::barrier together(threads);
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> running;
    for (std::ptrdiff_t t = 0; t < threads; ++t) {
      running.emplace_back([&] {
        const auto slot = try_take_unit_slot(folder.path(), 0, 4);
        if (slot && *slot) {
          ++taken;
        }
        together.arrive_and_wait();  // nobody lets go before all have tried
      });
    }
  }
  EXPECT_EQ(taken, 4);
}

TEST_F(SlotsTest, SaysWhatIsWrong) {
  const auto slot = try_take_unit_slot(folder.path() + "/missing", 0, 1);
  ASSERT_FALSE(slot);
  EXPECT_EQ(slot.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace docket
