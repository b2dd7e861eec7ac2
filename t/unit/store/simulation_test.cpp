// Jobs, workers, leases and the reaper in random interleavings on a simulated clock: whatever dies, comes too late,
// cancels or removes, each job that was acknowledged ends once, and in the end nothing is left but what should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "store/lmdb/lmdb_backend.h"
#include "store/recovery/spool_check.h"
#include "store/simulation_world.h"

namespace docket {
namespace {

// So many tests share the worlds: they may run at once, in processes of their own.
constexpr unsigned shares = 4;

unsigned worlds() {
  const char* const asked = std::getenv("DOCKET_WORLDS");
  return asked != nullptr ? static_cast<unsigned>(std::atoi(asked)) : 1000;
}

class Simulation : public testing::TestWithParam<unsigned> {};

TEST_P(Simulation, WhateverHappensEveryJobEndsOnce) {
  World::happened.clear();
  // In memory where that can be: hundreds of thousands of small files are made and removed.
  const TempFolder in_memory(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path());
  LmdbBackend backend;
  backend.options.folder = in_memory.path() + "/store";
  auto store = backend.open();
  ASSERT_TRUE(store);
  auto spool = Spool::open(backend.options.folder, false);
  ASSERT_TRUE(spool);
  StoreDriver driver(*store);
  const unsigned first = worlds() * GetParam() / shares + 1;
  const unsigned last = worlds() * (GetParam() + 1) / shares;
  for (unsigned seed = first; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World(*store, *spool, backend.options.folder, driver, seed).run(100);
    if (seed % 10 == 0) {
      EXPECT_THAT(backend.check(*store), testing::IsEmpty());
      const auto folder = SpoolFolder::open(backend.options.folder);
      ASSERT_TRUE(folder);
      const auto report = check_spool(driver.reader(), *folder, {.quick = true, .now_ms = driver.now()});
      ASSERT_TRUE(report);
      EXPECT_TRUE(report->leftovers.empty());
      for (const auto& problem : report->problems) {
        ADD_FAILURE() << problem.sentence;
      }
      for (const auto& id : driver.list({.limit = 1000})) {  // so that the next ones are not slower
        const auto removed = driver.remove(id);
        ASSERT_TRUE(removed.result);
        ASSERT_TRUE(
            spool->remove_job(id, static_cast<std::uint32_t>(removed.result->files.size()), removed.output_files));
      }
    }
  }
  for (const auto* what :
       {"completed", "failed", "cancelled", "requeued", "lost", "too late", "died", "expired", "orphan"}) {
    EXPECT_GT(World::happened[what], 0) << what;
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, Simulation, testing::Range(0U, shares));

}  // namespace
}  // namespace docket
