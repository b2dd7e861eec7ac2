// The queue as the first version of the embedded store wrote it, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/lmdb/lmdb_edit.h"
#include "store/lmdb/lmdb_fixture.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using testing::IsEmpty;

class LmdbTurns : public LmdbFixture {
 protected:
  void SetUp() override { open(); }

  /// Makes the queue what the first version would have made of the same units: lines of owners only, each with its turn
  /// in the ring and nothing else, in the order in which they are found.
  void as_first_version() {
    driver.reset();
    store.reset();
    edit_tables(backend, [](lmdb::Txn& txn, const Tables& tables) {
      std::vector<PlacedUnit> units;
      auto cursor = txn.cursor(tables.units);
      for (auto found = cursor->first(); found && *found; found = cursor->next()) {
        units.push_back(*decode_placed_unit((*found)->value));
      }
      for (const auto table : {tables.fifo, tables.ring, tables.ring_of}) {
        auto old = txn.cursor(table);
        for (auto found = old->first(); found && *found; found = old->next()) {
          ASSERT_TRUE(old->erase());
        }
      }
      std::uint64_t turn = 0;
      for (auto& unit : units) {
        const auto status = decode_status(**txn.get(tables.status, unit.unit.job.key()));
        unit.taker = OwnerKey::of(status->owner);
        ASSERT_TRUE(txn.put(tables.units, unit_key(unit.unit.job, unit.unit.seq), encode(unit)));
        if (unit.holder) {
          continue;
        }
        ASSERT_TRUE(txn.put(tables.fifo, fifo_key(unit), unit.unit.job.key()));
        const auto line = line_of(unit);
        if (!*txn.get(tables.ring_of, line)) {
          ++turn;
          ASSERT_TRUE(txn.put(tables.ring_of, line, Key().number(turn)));
          ASSERT_TRUE(txn.put(tables.ring, ring_key(unit.unit.pool, unit.unit.priority, turn, unit.taker), {}));
        }
      }
    });
    open();
  }

  std::vector<JobId> next(std::size_t count) {
    std::vector<JobId> order;
    for (std::size_t i = 0; i < count; ++i) {
      order.push_back(driver->claimed_job());
    }
    return order;
  }
};

TEST_F(LmdbTurns, AQueueOfTheFirstVersionIsGoneOnWithInTurn) {
  const auto a = driver->accept({.files = 4, .client = "192.0.2.1"});
  const auto b = driver->accept({.files = 3, .client = "192.0.2.2"});
  const auto ann = driver->accept({.owner = "ann", .files = 3});
  const auto held = driver->claim(worker(2));
  ASSERT_EQ(held->unit.job, a);
  as_first_version();
  EXPECT_THAT(backend.check(*store), IsEmpty());
  EXPECT_THAT(*repair_lmdb_store(*store, driver->now()), IsEmpty());

  // What had no owner has one turn still; and a client's new job one of its own.
  EXPECT_EQ(next(4), (std::vector{a, ann, b, ann}));
  const auto c = driver->accept({.files = 2, .client = "192.0.2.1"});
  EXPECT_EQ(next(5), (std::vector{a, ann, c, b, c}));
  EXPECT_THAT(backend.check(*store), IsEmpty());

  ASSERT_TRUE(driver->end(*held, ended::Released{}));
  EXPECT_EQ(next(4), (std::vector{a, b, a, JobId{}}));
  EXPECT_THAT(backend.check(*store), IsEmpty());
}

TEST_F(LmdbTurns, WhatAJobOfTheFirstVersionStillHasToDoStaysInItsLine) {
  const auto job = driver->accept({.client = "192.0.2.1"});
  as_first_version();
  ASSERT_TRUE(driver->probed(*driver->claim(), 2, 1));
  EXPECT_THAT(backend.check(*store), IsEmpty());
  ASSERT_TRUE(driver->complete_range(*driver->claim()));
  ASSERT_TRUE(driver->complete_range(*driver->claim()));
  ASSERT_TRUE(driver->assemble(*driver->claim()));
  EXPECT_EQ(driver->head(job).state, State::completed);
  EXPECT_THAT(backend.check(*store), IsEmpty());
}

/// A worker of the first version that is still at work writes the line's turn alone when it takes a unit: the line's
/// first.
TEST_F(LmdbTurns, AWorkerOfTheFirstVersionMayTakeUnitsInBetween) {
  const auto a = driver->accept({.files = 4, .client = "192.0.2.1"});
  const auto b = driver->accept({.files = 4, .client = "192.0.2.1"});
  ASSERT_EQ(next(3), (std::vector{a, b, a}));
  driver.reset();
  store.reset();
  edit_tables(backend, [](lmdb::Txn& txn, const Tables& tables) {
    const auto line = line_key(client_at("192.0.2.1"), 0, 5);
    const auto turn = decode_line_turn(**txn.get(tables.ring_of, line));
    ASSERT_TRUE(turn);
    EXPECT_NE(turn->last, 0U);
    EXPECT_EQ(KeyReader(**txn.get(tables.ring_of, line)).number<std::uint64_t>(), turn->turn) << "what it reads";
    ASSERT_TRUE(txn.put(tables.ring_of, line, Key().number(turn->turn)));
  });
  open();
  EXPECT_THAT(backend.check(*store), IsEmpty());
  EXPECT_EQ(next(5), (std::vector{a, b, a, b, b}));
}

TEST_F(LmdbTurns, ARepairPutsTurnsRightThatCannotBe) {
  const auto a = driver->accept({.files = 2});
  const auto b = driver->accept({.files = 2});
  ASSERT_EQ(next(1), std::vector{a});
  const auto line = line_key({}, 0, 5);
  for (const auto& [value, sentence] : std::vector<std::pair<std::string, std::string>>{
           {"short", "its turn cannot be read"},
           {std::string(encode(LineTurn{.turn = 2, .last = 999, .limit = 1})), "a job had a turn that is not there"},
           {std::string(encode(LineTurn{.turn = 2, .last = 1, .limit = 999})), "a job had a turn that is not there"}}) {
    driver.reset();
    store.reset();
    edit_tables(backend,
                [&](lmdb::Txn& txn, const Tables& tables) { ASSERT_TRUE(txn.put(tables.ring_of, line, value)); });
    open();
    EXPECT_THAT(backend.check(*store), testing::Contains(testing::HasSubstr(sentence)));
    EXPECT_THAT(*repair_lmdb_store(*store, driver->now()), testing::Contains(testing::HasSubstr("put right")));
    EXPECT_THAT(backend.check(*store), IsEmpty());
  }
  EXPECT_EQ(next(3), (std::vector{a, b, b}));
}

TEST_F(LmdbTurns, ARepairLeavesAClientsUnitsInTheirLine) {
  const auto a = driver->accept({.files = 2, .client = "192.0.2.1"});
  const auto b = driver->accept({.files = 2, .client = "192.0.2.2"});
  EXPECT_THAT(*repair_lmdb_store(*store, driver->now()), IsEmpty());
  EXPECT_EQ(next(4), (std::vector{a, b, a, b}));
}

/// The turns of a line: `jobs` at these places, each with units enough.
TEST(LineTurn, ARoundIsOfTheJobsThereWereAndOneMore) {
  LineTurn turn;
  turn.take(3, 9);
  EXPECT_TRUE(turn.goes_on_with(7)) << "it was there";
  EXPECT_TRUE(turn.goes_on_with(12)) << "the first one that came since";
  turn.take(12, 20);
  EXPECT_EQ(turn.limit, 9U);
  EXPECT_FALSE(turn.goes_on_with(15)) << "one is enough";
  turn.take(3, 21);
  EXPECT_EQ(turn, (LineTurn{.last = 3, .limit = 21})) << "a new round";
  turn.take(7, 22);
  EXPECT_EQ(turn, (LineTurn{.last = 7, .limit = 21}));
}

TEST(LineTurn, WhatGoesBackIsNextAgain) {
  LineTurn turn{.turn = 1, .last = 7, .limit = 9};
  turn.release(3);
  EXPECT_EQ(turn.last, 7U) << "another one has had a turn since";
  turn.release(7);
  EXPECT_LT(turn.last, 7U);
  EXPECT_TRUE(turn.goes_on_with(7));
  turn = {.turn = 1, .last = 12, .limit = 9};
  turn.release(12);
  EXPECT_LT(turn.last, 12U);
  EXPECT_TRUE(turn.goes_on_with(12));
}

}  // namespace
}  // namespace docket
