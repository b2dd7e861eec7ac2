// Damaged tables are mended so that a check finds nothing and the work goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>
#include <string>

#include "store/lmdb/lmdb_edit.h"
#include "store/lmdb/lmdb_fixture.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Edit = std::function<void(lmdb::Txn&, const Tables&)>;

class LmdbRepair : public LmdbFixture {
 protected:
  void SetUp() override {
    open();
    auto& d = *driver;
    IdempotentRequest once;
    once.key.bytes.fill(7);
    completed = d.accept({.owner = "ann",
                          .fields = R"({"a":1})",
                          .expire_ms = 1000,
                          .idempotent = once,
                          .fingerprint = Sha256{7},
                          .callback = callback_to("waits.example")});
    EXPECT_TRUE(d.complete_small(*d.claim(), 3));
    linked = d.accept_linked({.owner = "ann", .fingerprint = Sha256{7}}).record.id;
    failed = d.accept({.owner = "ben", .callback = callback_to("sent.example")});
    EXPECT_TRUE(d.end(*d.claim(), ended::Refused{{ErrorCode::encrypted, "x"}}));
    EXPECT_EQ(d.take(worker(4), {1, 1, {{receiver_of("http://waits.example"), 1}}}).at(0).job, failed);
    half = d.accept({.owner = "ann", .secret = "sealed", .expire_ms = 77, .callback = callback_to("later.example")});
    EXPECT_TRUE(d.probed(*d.claim(), 6, 2));
    EXPECT_TRUE(d.complete_range(*d.claim()));
    held = d.claim(worker(3));
    EXPECT_EQ(held->unit.job, half);
    once.key.bytes.fill(8);
    waiting = d.accept({.owner = "cleo", .files = 2, .idempotent = once});
    elsewhere = d.accept({.owner = "ann", .pool = 3, .priority = 1});
    delayed = d.accept({.owner = "dora", .pool = 4});
    EXPECT_TRUE(d.end(*d.claim(worker(1), 4), ended::Postponed{{ErrorCode::io, "no descriptors"}}));
    EXPECT_THAT(backend.check(*store), IsEmpty());
  }

  void damage(const Edit& edit) {
    driver.reset();
    store.reset();
    edit_tables(backend, edit);
    open();
  }

  std::vector<std::string> repair() {
    const auto mended = repair_lmdb_store(*store, driver->now());
    EXPECT_TRUE(mended) << mended.error().detail;
    return mended.value_or(std::vector<std::string>{});
  }

  /// Does what is left to do in all pools.
  void work_off() {
    auto& d = *driver;
    for (const auto& holder : d.holders()) {
      ASSERT_TRUE(d.recover(holder));
    }
    d.pass(longest_pause_s * 1000);
    std::set<std::uint8_t> pools;
    for (const auto& id : d.list()) {
      pools.insert(d.head(id).pool);
    }
    for (const auto pool : pools) {
      while (const auto unit = d.claim(worker(1), pool)) {
        switch (unit->unit.kind) {
          case UnitKind::probe:
            ASSERT_TRUE(d.end(*unit, ended::Refused{{ErrorCode::encrypted, "x"}}));
            break;
          case UnitKind::range:
            ASSERT_TRUE(d.complete_range(*unit));
            break;
          case UnitKind::assemble:
            ASSERT_TRUE(d.assemble(*unit));
            break;
          case UnitKind::run:
            ASSERT_TRUE(d.complete_run(*unit));
            break;
        }
      }
    }
    for (const auto& id : d.list()) {
      EXPECT_TRUE(is_final(d.head(id).state)) << id.text();
    }
  }

  JobId completed;
  JobId linked;  ///< to that one
  JobId failed;
  JobId half;     ///< of three ranges one is done and one held
  JobId waiting;  ///< two probes wait
  JobId elsewhere;
  JobId delayed;  ///< its unit waits for a time
  std::optional<Held> held;
};

TEST_F(LmdbRepair, ASoundStoreIsLeftAsItIs) {
  const auto before = driver->head(waiting).change;
  EXPECT_THAT(repair(), IsEmpty());
  EXPECT_EQ(driver->head(waiting).change, before);
  EXPECT_TRUE(driver->complete_range(*held)) << "its lease is what it was";
  work_off();
}

/// Erases all of a table.
Edit without(lmdb::Table Tables::*table) {
  return [table](lmdb::Txn& txn, const Tables& tables) {
    auto cursor = txn.cursor(tables.*table);
    for (auto found = cursor->first(); found && *found; found = cursor->next()) {
      ASSERT_TRUE(cursor->erase());
    }
  };
}

TEST_F(LmdbRepair, WhatFollowsFromOtherTablesIsMadeAgain) {
  std::vector<Edit> damages{[](lmdb::Txn& txn, const Tables& tables) {
    ASSERT_TRUE(*txn.erase(tables.changes, Key().number(std::uint64_t{5})));  // a gap
  }};
  for (const auto table :
       {&Tables::fifo, &Tables::ring, &Tables::ring_of, &Tables::leased, &Tables::by_owner, &Tables::expiry,
        &Tables::counters, &Tables::sizes, &Tables::once_of, &Tables::once, &Tables::outbox, &Tables::outbox_heads,
        &Tables::sending, &Tables::deliveries, &Tables::callbacks, &Tables::delayed}) {
    damages.push_back(without(table));
  }
  for (std::size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(i);
    damage(damages[i]);
    EXPECT_THAT(backend.check(*store), testing::Not(IsEmpty()));
    EXPECT_THAT(repair(), Contains(HasSubstr("put right")));
    EXPECT_THAT(backend.check(*store), IsEmpty());
    EXPECT_EQ(driver->head(waiting).state, State::pending);
    EXPECT_EQ(driver->head(half).state, State::processing);
    EXPECT_EQ(driver->list({.owner = "ann"}).size(), 4U);
    EXPECT_THAT(repair(), IsEmpty());
  }
  EXPECT_TRUE(driver->record(*held, {})) << "whoever holds a unit still does";
  EXPECT_TRUE(driver->complete_range(*held));
  work_off();
  EXPECT_EQ(driver->head(half).state, State::completed);
  EXPECT_THAT(backend.check(*store), IsEmpty());
}

TEST_F(LmdbRepair, WhatIsKnownOfADeliveryIsKept) {
  damage(without(&Tables::outbox));
  repair();
  driver->pass(10'000);
  const auto taken = driver->take(worker(5));
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].job, completed);
  damage(without(&Tables::sending));
  repair();
  EXPECT_TRUE(driver->end_try(taken[0], 200)) << "whoever sends it still does";
}

TEST_F(LmdbRepair, WhoIsToBeToldOfTheEndOfAJobThatLostAPartIsTold) {
  damage([this](lmdb::Txn& txn, const Tables& tables) { ASSERT_TRUE(*txn.erase(tables.jobs, half.key())); });
  repair();
  EXPECT_EQ(driver->head(half).state, State::failed);
  driver->pass(10'000);
  std::vector<JobId> told;
  for (const auto& taken : driver->take()) {
    told.push_back(taken.job);
  }
  EXPECT_THAT(told, Contains(half));
}

TEST_F(LmdbRepair, AnOriginalThatIsNoneIsForgotten) {
  for (const auto& of : {waiting, failed, JobId{}}) {
    damage([&](lmdb::Txn& txn, const Tables& tables) {
      ASSERT_TRUE(txn.put(tables.originals, bytes_of(Sha256{9}), of.key()));
    });
    EXPECT_THAT(backend.check(*store), Contains(HasSubstr("`originals`")));
    EXPECT_THAT(repair(), Contains(HasSubstr("put right")));
    EXPECT_THAT(backend.check(*store), IsEmpty());
  }
  EXPECT_TRUE(driver->accept_linked({.owner = "ann", .fingerprint = Sha256{7}}).result) << "a sound one is kept";
}

TEST_F(LmdbRepair, AJobThatLostAPartFails) {
  const auto of_half = [this](lmdb::Table Tables::*table, const std::string& key) {
    return [this, table, key](lmdb::Txn& txn, const Tables& tables) {
      ASSERT_TRUE(*txn.erase(tables.*table, std::string(half.key()) + key));
    };
  };
  const std::vector<Edit> damages{
      of_half(&Tables::jobs, ""),
      of_half(&Tables::pages, std::string(Key().number(std::uint16_t{0}).number(std::uint32_t{2}))),
      of_half(&Tables::units, std::string(Key().number(held->unit.seq))),
      [this](lmdb::Txn& txn, const Tables& tables) { ASSERT_TRUE(txn.put(tables.jobs, half.key(), "rubbish")); },
      [this](lmdb::Txn& txn, const Tables& tables) {
        const auto key = unit_key(half, held->unit.seq);
        auto unit = *decode_placed_unit(**txn.get(tables.units, key));
        unit.unit.last_page = 4'000'000'000;
        ASSERT_TRUE(txn.put(tables.units, key, encode(unit)));
      },
      [this](lmdb::Txn& txn, const Tables& tables) {
        auto status = *decode_status(**txn.get(tables.status, half.key()));
        status.head.state = State::pending;
        ASSERT_TRUE(txn.put(tables.status, half.key(), encode(status)));
      },
      [this](lmdb::Txn& txn, const Tables& tables) {
        ASSERT_TRUE(txn.put(tables.units, unit_key(half, held->unit.seq), "rubbish"));
      },
  };
  driver.reset();
  store.reset();
  const std::filesystem::path data = backend.options.folder + "/lmdb/data.mdb";
  const auto sound = backend.folder.path() + "/sound.mdb";
  std::filesystem::copy_file(data, sound);
  for (std::size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(i);
    damage(damages[i]);
    EXPECT_THAT(backend.check(*store), testing::Not(IsEmpty()));
    EXPECT_THAT(repair(), Contains(HasSubstr("job " + half.text() + ": a part of it was lost: failed")));
    EXPECT_THAT(backend.check(*store), IsEmpty());
    const auto head = driver->head(half);
    EXPECT_EQ(head.state, State::failed);
    EXPECT_EQ(head.error, ErrorCode::corrupt);
    EXPECT_EQ(head.has_secret, 0);
    EXPECT_EQ(code_of(driver->complete_range(*held)), ErrorCode::lease_lost);
    EXPECT_TRUE(driver->remove(half).result);
    work_off();
    driver.reset();
    store.reset();
    std::filesystem::copy_file(sound, data, std::filesystem::copy_options::overwrite_existing);
  }
}

TEST_F(LmdbRepair, AUnitGoesBackToItsJobsLine) {
  damage([&](lmdb::Txn& txn, const Tables& tables) {
    auto cursor = txn.cursor(tables.units);
    const auto found = cursor->at_or_after(elsewhere.key());
    auto unit = *decode_placed_unit((*found)->value);
    ASSERT_EQ(unit.unit.job, elsewhere);
    ASSERT_TRUE(*txn.erase(tables.fifo, fifo_key(unit)));
    unit.taker = OwnerKey::of("ben");
    unit.unit.pool = 9;
    ASSERT_TRUE(txn.put(tables.units, unit_key(elsewhere, unit.unit.seq), encode(unit)));
  });
  EXPECT_THAT(backend.check(*store), Contains(HasSubstr("its line is not its job's")));
  repair();
  EXPECT_THAT(backend.check(*store), IsEmpty());
  EXPECT_EQ(driver->claimed_job(worker(1), 3), elsewhere);
}

TEST_F(LmdbRepair, ARecordIsBelievedMoreThanItsStatus) {
  damage([&](lmdb::Txn& txn, const Tables& tables) {
    auto status = *decode_status(**txn.get(tables.status, waiting.key()));
    status.owner = "ann";
    status.head.priority = 9;
    ASSERT_TRUE(txn.put(tables.status, waiting.key(), encode(status)));
  });
  EXPECT_THAT(backend.check(*store), Contains(HasSubstr(waiting.text() + ": its record and its status differ")));
  repair();
  EXPECT_THAT(backend.check(*store), IsEmpty());
  EXPECT_THAT(driver->list({.owner = "cleo"}), testing::ElementsAre(waiting));
  EXPECT_EQ(driver->head(waiting).priority, 5);
}

TEST_F(LmdbRepair, AFinalJobStaysWhatItIs) {
  damage([&](lmdb::Txn& txn, const Tables& tables) {
    ASSERT_TRUE(*txn.erase(tables.pages, page_key(completed, 0, 2)));
    ASSERT_TRUE(*txn.erase(tables.jobs, completed.key()));
    ASSERT_TRUE(*txn.erase(tables.fields, completed.key()));
  });
  const auto mended = repair();
  EXPECT_THAT(mended, Contains(HasSubstr("it counted 3 pages and has 2")));
  EXPECT_THAT(mended, Contains(HasSubstr("its record was lost")));
  EXPECT_THAT(backend.check(*store), IsEmpty());
  EXPECT_EQ(driver->head(completed).state, State::completed);
  EXPECT_EQ(driver->head(completed).processed_pages, 2U);
  EXPECT_EQ(driver->head(completed).has_fields, 0);
  EXPECT_TRUE(driver->reader().outputs(completed));
  EXPECT_EQ(driver->reader().record(completed)->owner, "ann");
}

TEST_F(LmdbRepair, WhatCannotBeMendedIsStillTold) {
  damage([&](lmdb::Txn& txn, const Tables& tables) { ASSERT_TRUE(*txn.erase(tables.outputs, completed.key())); });
  repair();
  EXPECT_THAT(backend.check(*store), Contains(HasSubstr(completed.text() + ": it has outputs and is not completed")));
}

TEST_F(LmdbRepair, AJobWithoutAStatusIsNoJob) {
  damage([&](lmdb::Txn& txn, const Tables& tables) {
    ASSERT_TRUE(txn.put(tables.status, half.key(), "rubbish"));
    ASSERT_TRUE(*txn.erase(tables.status, waiting.key()));
  });
  const auto mended = repair();
  EXPECT_THAT(mended, Contains(HasSubstr("job " + half.text() + ": its status cannot be read: removed")));
  EXPECT_THAT(mended, Contains(HasSubstr("4 entries of jobs that do not exist removed")))
      << "a record, a size, two units";
  EXPECT_THAT(backend.check(*store), IsEmpty());
  EXPECT_THAT(driver->list(), testing::ElementsAre(delayed, elsewhere, failed, linked, completed));
  work_off();
}

TEST_F(LmdbRepair, WithoutTheRightToWriteNothingIsMended) {
  driver.reset();
  store.reset();
  backend.options.read_only = true;
  open();
  EXPECT_EQ(code_of(repair_lmdb_store(*store, 1)), ErrorCode::store_unavailable);
}

/// Whatever was damaged, afterwards the tables agree, no queue is blocked and new jobs are taken.
TEST_F(LmdbRepair, AnyDamageIsMended) {
  driver.reset();
  store.reset();
  const std::filesystem::path data = backend.options.folder + "/lmdb/data.mdb";
  const auto sound = backend.folder.path() + "/sound.mdb";
  std::filesystem::copy_file(data, sound);
  const auto damage_one = [](std::mt19937& random, lmdb::Txn& txn, lmdb::Table table) {
    auto cursor = txn.cursor(table);
    auto found = cursor->first();
    for (auto skip = random() % 6; skip > 0 && found && *found; --skip) {
      found = cursor->next();
    }
    if (!found || !*found) {
      return;
    }
    const std::string key((*found)->key);
    std::string value((*found)->value);
    switch (random() % 5) {
      case 0:
        ASSERT_TRUE(txn.erase(table, key));
        break;
      case 1:
        ASSERT_TRUE(txn.put(table, key, "rubbish"));
        break;
      case 2:
        if (!value.empty()) {
          value[random() % value.size()] ^= static_cast<char>(1U << random() % 8);
        }
        ASSERT_TRUE(txn.put(table, key, value));
        break;
      case 3: {
        auto other = key;
        other[random() % other.size()] ^= static_cast<char>(1U << random() % 8);
        ASSERT_TRUE(txn.put(table, other, value));
        break;
      }
      default:
        ASSERT_TRUE(txn.put(table, key.substr(0, 1 + random() % key.size()), value));
    }
  };
  int found = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    damage([&](lmdb::Txn& txn, const Tables& t) {
      const std::array<lmdb::Table, 25> tables{t.jobs,       t.status,   t.fields,       t.secrets,   t.units,
                                               t.fifo,       t.ring,     t.ring_of,      t.leased,    t.pages,
                                               t.outputs,    t.by_owner, t.expiry,       t.sizes,     t.counters,
                                               t.changes,    t.once,     t.once_of,      t.originals, t.callbacks,
                                               t.deliveries, t.outbox,   t.outbox_heads, t.sending,   t.delayed};
      for (auto count = 1 + random() % 4; count > 0; --count) {
        damage_one(random, txn, tables[random() % tables.size()]);
      }
    });
    found += backend.check(*store).empty() ? 0 : 1;
    repair();
    auto left = backend.check(*store);
    std::erase_if(left, [](const std::string& sentence) { return sentence.find("outputs") != std::string::npos; });
    EXPECT_THAT(left, IsEmpty());
    EXPECT_THAT(repair(), IsEmpty());
    work_off();
    driver->accept();
    EXPECT_TRUE(driver->claim());
    left = backend.check(*store);
    std::erase_if(left, [](const std::string& sentence) { return sentence.find("outputs") != std::string::npos; });
    EXPECT_THAT(left, IsEmpty());
    if (HasFailure()) {
      break;
    }
    driver.reset();
    store.reset();
    std::filesystem::copy_file(sound, data, std::filesystem::copy_options::overwrite_existing);
  }
  EXPECT_GT(found, 150) << "most damages can be seen";
}

}  // namespace
}  // namespace docket
