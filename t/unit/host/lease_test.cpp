#include "host/lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "base/temp_folder.h"

namespace docket {
namespace {

class LeaseTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path_of(const Holder& holder) const { return folder.path() + "/lease." + holder.text(); }
  [[nodiscard]] bool exists(const Holder& holder) const { return std::filesystem::exists(path_of(holder)); }

  LeaseFile create() {
    auto lease = LeaseFile::create(folder.path());
    EXPECT_TRUE(lease) << lease.error().detail;
    return std::move(lease).value();
  }

  TempFolder folder;
};

/// For OtherProcess: holds a lease and says whose it is.
auto hold_lease_in(const std::string& folder) {
  return [folder] {
    auto lease = LeaseFile::create(folder).value();
    auto name = lease.holder().text();
    return std::pair(std::move(lease), std::move(name));
  };
}

TEST_F(LeaseTest, IsAFileOfARandomNameWhileItIsHeld) {
  Holder holder;
  {
    const auto lease = create();
    const auto other = create();
    holder = lease.holder();
    EXPECT_NE(holder, other.holder());
    EXPECT_NE(holder, Holder{});
    EXPECT_TRUE(exists(holder));
    EXPECT_FALSE(is_dead(folder.path(), holder));
    EXPECT_FALSE(is_dead(folder.path(), other.holder()));
  }
  EXPECT_FALSE(exists(holder));
  EXPECT_TRUE(is_dead(folder.path(), holder));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(LeaseTest, AHolderThatNeverWasIsDead) {
  EXPECT_TRUE(is_dead(folder.path(), Holder{}));
}

TEST_F(LeaseTest, LooksDoNotTakeTheLock) {
  const auto lease = create();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(is_dead(folder.path(), lease.holder()));
  }
  remove_dead_lease_files(folder.path());
  EXPECT_TRUE(exists(lease.holder()));
  EXPECT_FALSE(is_dead(folder.path(), lease.holder()));
}

TEST_F(LeaseTest, LivesAndDiesWithItsProcess) {
  OtherProcess process(hold_lease_in(folder.path()));
  const auto holder = Holder::parse(process.said());
  ASSERT_TRUE(holder) << process.said();
  EXPECT_FALSE(is_dead(folder.path(), *holder));
  remove_dead_lease_files(folder.path());
  EXPECT_TRUE(exists(*holder));

  process.kill();
  EXPECT_TRUE(exists(*holder)) << "a killed process leaves its file";
  EXPECT_TRUE(is_dead(folder.path(), *holder)) << "but not its lock";
  remove_dead_lease_files(folder.path());
  EXPECT_FALSE(exists(*holder));
  EXPECT_TRUE(is_dead(folder.path(), *holder));
}

TEST_F(LeaseTest, OnlyDeadLeaseFilesAreRemoved) {
  const auto lease = create();
  const auto dead = path_of(Holder{});
  for (const auto& name :
       {dead, folder.path() + "/slots", folder.path() + "/lease.txt", folder.path() + "/xlease." + Holder{}.text()}) {
    std::ofstream(name) << "x";
  }
  remove_dead_lease_files(folder.path());
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(exists(lease.holder()));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/slots"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/lease.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/xlease." + Holder{}.text()));
}

TEST_F(LeaseTest, AFileOfTheSameNameIsNotRemovedByItsLateOwner) {
  std::string path;
  {
    const auto lease = create();
    path = path_of(lease.holder());
    std::filesystem::remove(path);
    std::ofstream(path) << "another's";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(LeaseTest, MovesWithItsOwner) {
  auto lease = create();
  const auto first = lease.holder();
  auto moved = std::move(lease);
  EXPECT_EQ(moved.holder(), first);
  EXPECT_FALSE(is_dead(folder.path(), first));

  auto other = create();
  const auto second = other.holder();
  moved = std::move(other);
  EXPECT_EQ(moved.holder(), second);
  EXPECT_FALSE(exists(first)) << "what it held before is let go";
  EXPECT_FALSE(is_dead(folder.path(), second));
}

TEST_F(LeaseTest, IsNotInheritedByPrograms) {
  const auto lease = create();
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    if (std::filesystem::read_symlink(entry.path(), ignored) == std::filesystem::canonical(path_of(lease.holder()))) {
      EXPECT_EQ(::fcntl(std::stoi(entry.path().filename().string()), F_GETFD), FD_CLOEXEC);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 1);
}

TEST_F(LeaseTest, SaysWhatIsWrong) {
  const auto lease = LeaseFile::create(folder.path() + "/missing");
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::io);
  EXPECT_NE(lease.error().detail.find("No such file or directory"), std::string::npos);
  remove_dead_lease_files(folder.path() + "/missing");
}

TEST_F(LeaseTest, ALeaseIsAliveFromItsCreationOnWhoeverCleansUp) {
  std::atomic<bool> done = false;
  std::jthread cleaner([&] {
    while (!done) {
      remove_dead_lease_files(folder.path());
    }
  });
  int lost = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto lease = LeaseFile::create(folder.path());
    if (lease && (!exists(lease->holder()) || is_dead(folder.path(), lease->holder()))) {
      ++lost;
    }
    ASSERT_TRUE(lease) << lease.error().detail;
  }
  done = true;
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace docket
