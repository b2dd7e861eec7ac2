#include "store/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {
namespace {

/// A store whose commits wait for the test's word, so that the test decides who has to wait.
class GatedStore final : public Store {
 public:
  void commit(std::span<const Command> changes) noexcept override {
    std::unique_lock lock(mutex_);
    EXPECT_FALSE(busy_) << "one transaction at a time";
    busy_ = true;
    sizes.push_back(changes.size());
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_ > 0; });
    --open_;
    for (const auto& change : changes) {
      auto* remove = std::get<RemoveJob*>(change);
      order.push_back(remove->now_ms);
      remove->result = fail(ErrorCode::not_found, std::to_string(remove->now_ms));
    }
    busy_ = false;
  }
  std::unique_ptr<StoreReader> reader() override { return nullptr; }
  Health health() override { return {}; }

  void wait_for_commits(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sizes.size() >= count; });
  }
  void let_go(int commits) {
    const std::lock_guard lock(mutex_);
    open_ += commits;
    changed_.notify_all();
  }

  std::vector<std::size_t> sizes;
  std::vector<std::int64_t> order;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int open_ = 0;
  bool busy_ = false;
};

/// Commits `count` changes numbered from `first` and looks whether each got its own result.
void commit_numbered(Committer& committer, std::int64_t first, std::size_t count) {
  std::vector<RemoveJob> removes(count);
  std::vector<Command> changes;
  for (std::size_t i = 0; i < count; ++i) {
    removes[i].now_ms = first + static_cast<std::int64_t>(i);
    changes.emplace_back(&removes[i]);
  }
  committer.commit(changes);
  for (const auto& remove : removes) {
    ASSERT_FALSE(remove.result);
    EXPECT_EQ(remove.result.error().detail, std::to_string(remove.now_ms));
  }
}

TEST(CommitterTest, OneAloneGoesAtOnce) {
  GatedStore store;
  Committer committer(store);
  store.let_go(1);
  commit_numbered(committer, 10, 3);
  EXPECT_THAT(store.sizes, testing::ElementsAre(3));
  EXPECT_THAT(store.order, testing::ElementsAre(10, 11, 12));
  EXPECT_EQ(committer.counts().groups, 1U);
  EXPECT_EQ(committer.counts().changes, 3U);
}

TEST(CommitterTest, NothingIsNothing) {
  GatedStore store;
  Committer committer(store);
  committer.commit({});
  EXPECT_TRUE(store.sizes.empty());
  EXPECT_EQ(committer.counts().groups, 0U);
}

TEST(CommitterTest, WhoComesMeanwhileGoesTogether) {
  GatedStore store;
  Committer committer(store);
  std::jthread first([&] { commit_numbered(committer, 0, 1); });
  store.wait_for_commits(1);
  std::vector<std::jthread> others;
  for (int i = 1; i <= 5; ++i) {
    others.emplace_back([&, i] { commit_numbered(committer, 100 * i, 2); });
  }
  while (committer.waiting() < 5) {
    std::this_thread::yield();
  }
  store.let_go(2);
  others.clear();
  first.join();
  EXPECT_THAT(store.sizes, testing::ElementsAre(1, 10));
  EXPECT_EQ(committer.counts().groups, 2U);
  EXPECT_EQ(committer.counts().changes, 11U);
  ASSERT_EQ(store.order.size(), 11U);
  for (std::size_t i = 1; i < store.order.size(); i += 2) {
    EXPECT_EQ(store.order[i + 1], store.order[i] + 1) << "one caller's changes stay together and in order";
  }
}

TEST(CommitterTest, WhoComesDuringTheSecondGroupIsNotForgotten) {
  GatedStore store;
  Committer committer(store);
  std::vector<std::jthread> callers;
  callers.emplace_back([&] { commit_numbered(committer, 0, 1); });
  for (std::size_t round = 1; round <= 20; ++round) {
    store.wait_for_commits(round);
    callers.emplace_back([&, round] { commit_numbered(committer, static_cast<std::int64_t>(round), 1); });
    while (committer.waiting() < 1) {
      std::this_thread::yield();
    }
    store.let_go(1);
  }
  store.wait_for_commits(21);
  store.let_go(1);
  callers.clear();
  EXPECT_EQ(store.sizes, std::vector<std::size_t>(21, 1));
}

TEST(CommitterTest, ManyThreadsCommitToARealStore) {
  LmdbBackend backend;
  const auto store = backend.open();
  ASSERT_TRUE(store);
  Committer committer(*store);
  constexpr int threads = 16;
  constexpr int each = 100;
  std::vector<std::vector<JobId>> accepted(threads);
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < threads; ++i) {
      crowd.emplace_back([&, i] {
        StoreDriver driver(*store, [&](std::span<const Command> changes) { committer.commit(changes); });
        for (int n = 0; n < each; ++n) {
          const auto id = driver.accept({.owner = std::to_string(i)});
          EXPECT_TRUE(driver.see(id)) << "what is committed can be seen at once";
          accepted[static_cast<std::size_t>(i)].push_back(id);
        }
      });
    }
  }
  StoreDriver driver(*store);
  std::set<JobId> all;
  for (const auto& ids : accepted) {
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(threads * each));
  EXPECT_EQ(driver.counts().accepted, static_cast<std::uint64_t>(threads * each));
  EXPECT_EQ(committer.counts().changes, static_cast<std::uint64_t>(threads * each));
  EXPECT_LE(committer.counts().groups, committer.counts().changes);
  EXPECT_EQ(committer.waiting(), 0U);
  EXPECT_THAT(backend.check(*store), testing::IsEmpty());
}

}  // namespace
}  // namespace docket
