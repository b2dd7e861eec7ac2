#include "base/file_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "job/idempotency.h"
#include "store/lmdb/lmdb_backend.h"

namespace docket {
namespace {

class FileLock : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.path() + "/lock"; }
  TempFolder folder_;
};

TEST_F(FileLock, IsHeldByOneUntilItIsClosed) {
  auto first = lock_file(path()).value();
  ASSERT_TRUE(first);
  EXPECT_EQ(is_locked(first->get()), false) << "by us: a lock does not stand in its own way";
  EXPECT_FALSE(lock_file(path()).value());
  first.reset();
  EXPECT_TRUE(lock_file(path()).value());
}

TEST_F(FileLock, IsWaitedFor) {
  auto first = lock_file(path()).value();
  std::atomic<bool> has_second = false;
  std::thread other([&] {
    const auto second = wait_for_lock(path());
    EXPECT_TRUE(second);
    has_second = true;
  });
  EXPECT_FALSE(has_second);
  first.reset();
  other.join();
  EXPECT_TRUE(has_second);
}

TEST_F(FileLock, WithoutAFolderThereIsAnError) {
  EXPECT_EQ(wait_for_lock(path() + "/nothing/there").error().code, ErrorCode::io);
  EXPECT_EQ(lock_file(path() + "/nothing/there").error().code, ErrorCode::io);
}

TEST_F(FileLock, ANameIsThereWhileItIsHeld) {
  {
    const auto lock = NameLock::take(path()).value();
    ASSERT_TRUE(lock);
    EXPECT_TRUE(std::filesystem::exists(path()));
    EXPECT_FALSE(NameLock::take(path()).value());
  }
  EXPECT_FALSE(std::filesystem::exists(path()));
  std::ofstream(path()) << "left behind by the dead";
  auto lock = NameLock::take(path()).value();
  ASSERT_TRUE(lock);
  const auto moved = std::move(*lock);
  lock.reset();
  EXPECT_TRUE(std::filesystem::exists(path())) << "what was moved from lets go of nothing";
}

TEST_F(FileLock, OneRequestAtATimeHasAKey) {
  IdempotencyKey key;
  key.bytes.fill(0xAB);
  auto first = lock_idempotency_key(folder_.path(), key).value();
  ASSERT_TRUE(first);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/once.abababababababababababababababab"));
  EXPECT_FALSE(lock_idempotency_key(folder_.path(), key).value());
  EXPECT_TRUE(lock_idempotency_key(folder_.path(), IdempotencyKey{}).value());
  first.reset();
  EXPECT_TRUE(lock_idempotency_key(folder_.path(), key).value());
}

}  // namespace
}  // namespace docket
