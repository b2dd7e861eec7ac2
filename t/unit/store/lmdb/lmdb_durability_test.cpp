// What the embedded store does when things go wrong: killed processes, failing disks, a full map, damaged tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>

#include "base/fd.h"
#include "store/lmdb/lmdb.h"
#include "store/lmdb/lmdb_edit.h"
#include "store/lmdb/lmdb_fixture.h"
#include "store/lmdb/lmdb_tables.h"
#include "store/store_driver.h"

namespace {
std::atomic<int> syncs{0};
std::atomic<bool> failing_disk{false};
}  // namespace

/// Stands before libc's for the whole test program, LMDB included.
extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
  ++syncs;
  if (failing_disk) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace docket {
namespace {

class LmdbDurability : public LmdbFixture {
 protected:
  void TearDown() override {
    failing_disk = false;
    if (store && store->health().writable) {
      EXPECT_THAT(backend.check(*store), testing::IsEmpty());
    }
  }
};

TEST_F(LmdbDurability, OneCommitIsOneSync) {
  backend.options.sync = true;
  open();
  auto& d = *driver;
  auto one = d.new_job();
  auto two = d.new_job();
  const int before = syncs;
  d.commit_all({&one, &two});
  EXPECT_EQ(syncs, before + 1);
  d.claim(worker(1), 7);
  EXPECT_EQ(syncs, before + 1) << "nothing to claim, nothing to sync";
}

TEST_F(LmdbDurability, WithoutSyncNothingIsSynced) {
  open();
  const int before = syncs;
  driver->accept();
  EXPECT_EQ(syncs, before);
}

TEST_F(LmdbDurability, AfterAFailedSyncNothingIsWritten) {
  backend.options.sync = true;
  open();
  auto& d = *driver;
  const auto id = d.accept();
  EXPECT_TRUE(store->health().writable);

  failing_disk = true;
  auto one = d.new_job();
  auto two = d.new_job();
  d.commit_all({&one, &two});
  EXPECT_EQ(code_of(one.result), ErrorCode::store_unavailable);
  EXPECT_EQ(code_of(two.result), ErrorCode::store_unavailable);
  failing_disk = false;

  auto three = d.new_job();
  EXPECT_EQ(code_of(d.commit(three).result), ErrorCode::store_unavailable) << "though the disk is well again";
  const auto health = store->health();
  EXPECT_FALSE(health.writable);
  EXPECT_THAT(health.detail, testing::HasSubstr("Input/output error"));
  EXPECT_THAT(d.list(), testing::ElementsAre(id)) << "reading goes on";

  open();
  EXPECT_TRUE(store->health().writable);
  EXPECT_THAT(driver->list(), testing::ElementsAre(id));
  driver->accept();
}

/// Accepts jobs until it is killed and tells each id once it is committed. Runs in a child.
[[noreturn]] void accept_for_ever(const LmdbOptions& options, int told) {
  const auto store = open_lmdb_store(options);
  if (!store) {
    ::_exit(1);
  }
  StoreDriver driver(**store);
  for (;;) {
    auto change = driver.new_job({.owner = "child"});
    if (!driver.commit(change).result) {
      ::_exit(2);
    }
    driver.claim(worker(9));
    if (::write(told, change.record.id.bytes.data(), change.record.id.bytes.size()) != 16) {
      ::_exit(3);
    }
  }
}

TEST_F(LmdbDurability, WhatWasToldSurvivesKill9) {
  for (const bool sync : {true, false}) {
    backend.options.sync = sync;
    for (int round = 0; round < 5; ++round) {
      int ends[2];
      ASSERT_EQ(::pipe(ends), 0);
      Fd hear(ends[0]);
      Fd tell(ends[1]);
      const auto child = ::fork();
      if (child == 0) {
        accept_for_ever(backend.options, tell.get());
      }
      tell.reset();
      std::vector<JobId> told;
      JobId id;
      for (int i = 0; i < 20 + round && ::read(hear.get(), id.bytes.data(), 16) == 16; ++i) {
        told.push_back(id);
      }
      ASSERT_EQ(::kill(child, SIGKILL), 0);
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
      while (::read(hear.get(), id.bytes.data(), 16) == 16) {
        told.push_back(id);
      }
      ASSERT_GE(told.size(), 20U);

      open();
      for (const auto& job : told) {
        EXPECT_TRUE(driver->see(job)) << job.text();
      }
      driver->accept();  // whatever lock the child held is free
      EXPECT_GT(driver->recover(worker(9)).value_or(0), 0U);
      EXPECT_THAT(backend.check(*store), testing::IsEmpty());
      driver.reset();
      store.reset();
    }
  }
}

/// A store with a map of 4 MiB, filled with jobs until it refuses them. (In a smaller one the rest that is kept free
/// would be less than a transaction's own copies of pages.)
class FullStore : public LmdbDurability {
 protected:
  static constexpr std::size_t map_size = 4U << 20U;

  void SetUp() override {
    backend.options.map_size = map_size;
    backend.options.kept_changes = 100;
    open();
    for (;;) {
      auto change = driver->new_job({.fields = '"' + std::string(3000, 'x') + '"'});
      if (!driver->commit(change).result) {
        refused = change.result.error();
        break;
      }
      jobs.push_back(change.record.id);
      ASSERT_LT(jobs.size(), 10'000U);
    }
  }
  std::vector<JobId> jobs;
  Error refused;
};

TEST_F(FullStore, RefusesNewJobsFromItsLimitOn) {
  EXPECT_EQ(refused.code, ErrorCode::store_full);
  EXPECT_THAT(refused.detail, testing::HasSubstr("map_size"));
  EXPECT_GE(store->health().used_share, full_share);
  EXPECT_LT(store->health().used_share, full_share + 0.05);
  EXPECT_TRUE(store->health().writable);
  EXPECT_THAT(store->health().detail, testing::HasSubstr("full"));
  EXPECT_GT(jobs.size(), 50U);
}

TEST_F(FullStore, StillFinishesAndDeletes) {
  auto& d = *driver;
  ASSERT_TRUE(d.complete_small(*d.claim()));
  for (const auto& job : jobs) {
    ASSERT_TRUE(d.remove(job).result);
  }
  EXPECT_TRUE(d.list().empty());
  // Free pages are counted once a second at most.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  auto change = d.new_job();
  while (!d.commit(change).result && std::chrono::steady_clock::now() < patience) {
  }
  EXPECT_TRUE(change.result) << change.result.error().detail;
}

TEST_F(FullStore, OneChangeThatDoesNotFitLeavesTheOthersAlone) {
  auto& d = *driver;
  const auto large = d.claim();
  const auto small = d.claim();
  ASSERT_TRUE(large && small);
  auto pages = large->pages_from(1, 2);
  pages[0].error = ErrorCode::corrupt;
  pages[0].error_detail = std::string(map_size, 'x');
  auto end_large = d.end_change(*large, ended::Completed{.total_pages = 2, .outputs = large->outputs()}, pages);
  auto end_small =
      d.end_change(*small, ended::Completed{.total_pages = 1, .outputs = small->outputs()}, small->pages_from(1, 1));
  RemoveJob remove{.job = jobs.back(), .owner = std::nullopt, .now_ms = d.now()};
  d.commit_all({&end_large, &end_small, &remove});
  EXPECT_EQ(code_of(end_large.result), ErrorCode::store_full);
  EXPECT_TRUE(end_small.result);
  EXPECT_TRUE(remove.result);
  EXPECT_EQ(d.head(small->unit.job).state, State::completed);
  EXPECT_EQ(code_of(d.see(jobs.back())), ErrorCode::not_found);
  EXPECT_EQ(d.head(large->unit.job).state, State::processing);
  EXPECT_TRUE(store->health().writable);
  EXPECT_TRUE(d.complete_small(*large)) << "without the long detail it fits";
}

/// The tables as they are on the disk; no store has them open.
class LmdbTables : public LmdbDurability {
 protected:
  template <class With>
  void edit(With&& with) {
    driver.reset();
    store.reset();
    edit_tables(backend, std::forward<With>(with));
  }
};

TEST_F(LmdbTables, ACheckFindsWhatDoesNotFit) {
  open();
  auto& d = *driver;
  const auto waiting = d.accept({.owner = "ann"});
  d.accept({.owner = "ben"});
  ASSERT_EQ(d.claim()->unit.job, waiting);
  const auto over = d.accept({.owner = "ben", .expire_ms = 77});
  ASSERT_TRUE(d.cancel(over));
  const auto expires = d.see(over)->head.expires_ms;
  EXPECT_THAT(backend.check(*store), testing::IsEmpty());

  const auto ann = OwnerKey::of("ann");
  const auto ben = OwnerKey::of("ben");
  using Edit = std::function<void(lmdb::Txn&, const Tables&)>;
  const std::vector<std::pair<std::string, Edit>> damages{
      {"not in the ring", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.ring, ring_key(0, 5, 2, ben))); }},
      {"no turn", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.ring_of, line_key(ben, 0, 5))); }},
      {"without a lease",
       [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.leased, leased_key(worker(1), 1))); }},
      {"by_owner", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.by_owner, by_owner_key(ann, waiting))); }},
      {"expiry", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.expiry, expiry_key(expires, over))); }},
      {"counts 1 units and has 0",
       [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.units, unit_key(waiting, 1))); }},
      {"its record", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.jobs, waiting.key())); }},
      {"states of all", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.counters, all_counts_key())); }},
      {"owner's counts", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.counters, owner_counts_key(ann))); }},
      {"files are counted as 0 bytes and have 1000",
       [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.sizes, waiting.key())); }},
      {"the files are counted as 7 bytes",
       [&](auto& txn, const auto& t) { EXPECT_TRUE(txn.put(t.counters, bytes_key(), bytes_of(std::uint64_t{7}))); }},
      {"waiting units",
       [&](auto& txn, const auto& t) {
         EXPECT_TRUE(
             txn.put(t.counters, pool_key(0), bytes_of(QueueCounts{.accepted = 2, .started = 1, .waiting_units = 7})));
       }},
      {"a gap", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.changes, Key().number(std::uint64_t{2}))); }},
      {"does not exist", [&](auto& txn, const auto& t) { EXPECT_TRUE(*txn.erase(t.status, waiting.key())); }},
  };
  for (const auto& [sentence, damage] : damages) {
    // Each damage is undone by putting the sound copy of the environment back.
    driver.reset();
    store.reset();
    const std::filesystem::path data = backend.options.folder + "/lmdb/data.mdb";
    const auto sound = backend.folder.path() + "/sound.mdb";
    std::filesystem::copy_file(data, sound, std::filesystem::copy_options::overwrite_existing);
    edit(damage);
    open();
    EXPECT_THAT(backend.check(*store), testing::Contains(testing::HasSubstr(sentence))) << sentence;
    driver.reset();
    store.reset();
    std::filesystem::copy_file(sound, data, std::filesystem::copy_options::overwrite_existing);
  }
}

TEST_F(LmdbTables, ADamagedJobIsStillRemoved) {
  open();
  const auto id = driver->accept();
  const auto held = driver->claim();
  ASSERT_TRUE(driver->record(*held, held->pages_from(1, 1), 2));
  edit([&](lmdb::Txn& txn, const Tables& tables) {
    ASSERT_TRUE(txn.put(tables.pages, page_key(id, 0, 1), "rubbish"));
    ASSERT_TRUE(txn.erase(tables.jobs, id.key()));
  });
  open();
  EXPECT_TRUE(driver->remove(id).result);
  EXPECT_TRUE(driver->list().empty());
}

}  // namespace
}  // namespace docket
