#include "store/recovery/store_recovery.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "store/lmdb/lmdb_tables.h"
#include "store/section_checksum.h"
#include "store/spool/spool.h"
#include "store/store_driver.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

class StoreRecovery : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "docket-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_TRUE(Spool::open(folder_, false));
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<RecoveredStore> open(bool sync) {
    said_.clear();
    return open_recovered_store({.folder = folder_,
                                 .map_size = 16U << 20U,
                                 .sync = sync,
                                 .told = [&](auto changes) { told_.assign(changes.begin(), changes.end()); }},
                                [&](std::string_view line) { said_.emplace_back(line); });
  }
  void boot_anew() { std::ofstream(folder_ + "/unsynced") << "another boot\n"; }
  [[nodiscard]] UnsyncedMark::State says() const { return UnsyncedMark::look(folder_).value(); }

  std::string folder_;
  std::vector<std::string> said_;
  std::vector<StateTransition> told_;
};

using Says = UnsyncedMark::State;

TEST_F(StoreRecovery, SyncedStoreHasNoMark) {
  EXPECT_EQ(says(), Says::nothing);
  {
    const auto opened = open(true);
    ASSERT_TRUE(opened);
    EXPECT_EQ(says(), Says::nothing);
  }
  ASSERT_TRUE(open(true));
  EXPECT_TRUE(said_.empty());
}

TEST_F(StoreRecovery, UnsyncedStoreIsMarkedUntilItEndsInOrder) {
  {
    const auto opened = open(false);
    ASSERT_TRUE(opened);
    EXPECT_EQ(says(), Says::this_boot);
    EXPECT_TRUE(expect_recovered(folder_));
  }
  EXPECT_EQ(says(), Says::nothing);
  EXPECT_TRUE(said_.empty());
}

TEST_F(StoreRecovery, MarkOfOneThatDiedIsSyncedByTheNext) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto opened = open(false);
    ::_exit(opened ? 0 : 1);  // without destructors: as if it was killed
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(says(), Says::this_boot);
  ASSERT_TRUE(open(true));
  EXPECT_EQ(says(), Says::nothing);
  EXPECT_TRUE(said_.empty());
}

TEST_F(StoreRecovery, MarkStaysUntilTheLastOneWhoDoesNotSyncHasGone) {
  {
    auto lazy = UnsyncedMark::open(folder_);
    ASSERT_TRUE(lazy && lazy->set_and_stay());
    lazy->let_go();
    ASSERT_TRUE(open(true));
    EXPECT_EQ(says(), Says::this_boot);
    ASSERT_TRUE(open(false));
    EXPECT_EQ(says(), Says::this_boot);
  }
  EXPECT_EQ(says(), Says::nothing);
}

TEST_F(StoreRecovery, MarkStaysWhileSomebodyOpensTheStore) {
  auto opened = open(false);
  ASSERT_TRUE(opened);
  std::optional<RecoveredStore> one(std::move(*opened));
  {
    auto next = UnsyncedMark::open(folder_);  // goes by what it read there
    ASSERT_TRUE(next);
    EXPECT_EQ(next->state(), Says::this_boot);
    one.reset();
    EXPECT_EQ(says(), Says::this_boot);
  }
}

TEST_F(StoreRecovery, OneThatIsOpenedByAnotherIsNotWaitedForWhenStopped) {
  auto other = UnsyncedMark::open(folder_);
  ASSERT_TRUE(other);
  int asked = 0;
  const auto stop = [&] { return ++asked == 3; };
  const auto opened = open_recovered_store(
      {.folder = folder_, .map_size = 16U << 20U}, [](auto) {}, stop);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::store_unavailable);
  EXPECT_EQ(asked, 3);
  asked = 0;
  const auto let_go = [&] {
    if (++asked == 3) {
      other->let_go();
    }
    return false;
  };
  EXPECT_TRUE(open_recovered_store(
      {.folder = folder_, .map_size = 16U << 20U}, [](auto) {}, let_go));
  EXPECT_EQ(asked, 3);
}

TEST_F(StoreRecovery, SoundStoreIsKept) {
  ASSERT_TRUE(open(false));
  boot_anew();
  EXPECT_EQ(expect_recovered(folder_).error().code, ErrorCode::store_unavailable);
  const auto opened = open(false);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(said_.size(), 1U);
  EXPECT_EQ(says(), Says::this_boot);
  EXPECT_FALSE(fs::exists(folder_ + "/lmdb.new"));
}

TEST_F(StoreRecovery, JobsThatLostTheirFilesAreToldOf) {
  {
    auto opened = open(false);
    ASSERT_TRUE(opened);
    StoreDriver driver(*opened->store);
    auto job = driver.new_job();  // whose upload is nowhere
    job.record.origin.log = "/jobs.log";
    ASSERT_TRUE(driver.commit(job).result);
  }
  told_.clear();
  boot_anew();
  const auto opened = open(false);
  ASSERT_TRUE(opened) << opened.error().detail;
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].from, State::pending);
  EXPECT_EQ(to_string(told_[0].to), "lost");
}

TEST_F(StoreRecovery, DamagedStoreIsSetAside) {
  ASSERT_TRUE(open(false));
  fs::resize_file(folder_ + "/lmdb/data.mdb", 8192);  // both meta pages, and nothing of what they lead to
  boot_anew();
  const auto opened = open(true);
  ASSERT_TRUE(opened) << opened.error().detail;
  ASSERT_EQ(said_.size(), 2U);
  EXPECT_NE(said_.back().find("set aside as " + folder_ + "/lmdb.damaged-"), std::string::npos) << said_.back();
  EXPECT_TRUE(opened->store->health().writable);
  EXPECT_EQ(says(), Says::nothing);
}

TEST_F(StoreRecovery, NewerStoreIsNotSetAside) {
  ASSERT_TRUE(open(false));
  {
    auto env = lmdb::Env::open({.path = folder_ + "/lmdb", .max_tables = 32});
    ASSERT_TRUE(env);
    auto txn = env->begin_write();
    const std::uint32_t version = 1000;
    ASSERT_TRUE(txn && txn->put(*txn->open_table("meta", false), schema_key, bytes_of(version)) && txn->commit());
  }
  boot_anew();
  const auto opened = open(false);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("version 1000"), std::string::npos) << opened.error().detail;
  EXPECT_EQ(says(), Says::other_boot);
}

TEST_F(StoreRecovery, SumsAreOfTheSection) {
  const auto path = folder_ + "/file";
  std::ofstream(path) << "0123456789";
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto sum = sum_of(file.get(), {.format = {}, .offset = 2, .length = 4});
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum_of(file.get(), {.format = {}, .offset = 2, .length = 4}), sum);
  EXPECT_NE(sum_of(file.get(), {.format = {}, .offset = 3, .length = 4}), sum);
  EXPECT_TRUE(sum_of(file.get(), {.format = {}, .offset = 3, .length = 0}));
  EXPECT_EQ(sum_of(file.get(), {.format = {}, .offset = 8, .length = 4}).error().code, ErrorCode::bad_record);
}

}  // namespace
}  // namespace docket
