// How the embedded store keeps what happened to jobs: the table `changes`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "store/lmdb/lmdb_edit.h"
#include "store/lmdb/lmdb_fixture.h"
#include "store/lmdb/lmdb_tables.h"
#include "store/store_driver.h"

namespace docket {
namespace {

class LmdbChanges : public LmdbFixture {
 protected:
  void TearDown() override {
    if (store) {
      EXPECT_THAT(backend.check(*store), testing::IsEmpty());
    }
  }

  /// The tables as they are on the disk; no store has them open afterwards.
  template <class With>
  void edit(With&& with) {
    driver.reset();
    store.reset();
    edit_tables(backend, std::forward<With>(with));
  }

  /// All entries, by number.
  std::vector<std::pair<std::uint64_t, ChangeRun>> changes() {
    std::vector<std::pair<std::uint64_t, ChangeRun>> list;
    edit([&](lmdb::Txn& txn, const Tables& tables) {
      auto cursor = txn.cursor(tables.changes);
      for (auto found = cursor->first(); found && *found; found = cursor->next()) {
        list.emplace_back(KeyReader((*found)->key).number<std::uint64_t>(), decode_changes(**found).value());
      }
    });
    return list;
  }

  /// A job whose second file is done, with so many pages, and whose first one is then counted.
  void count_behind(std::uint32_t pages) {
    driver->accept({.files = 2});
    const auto first = driver->claim().value();
    const auto second = driver->claim().value();
    ASSERT_TRUE(driver->end(second, ended::Probed{.total_pages = pages, .ranges = {}}, second.pages_from(1, pages)));
    ASSERT_TRUE(driver->record(first, {}, 1));
  }
};

TEST_F(LmdbChanges, EveryChangeIsWrittenDown) {
  open();
  auto& d = *driver;
  const auto id = d.accept({.owner = "ann"});
  ASSERT_TRUE(d.end(*d.claim(), ended::Failed{{ErrorCode::crashed, "x"}}));
  const auto held = d.claim();
  ASSERT_TRUE(d.record(*held, {}, 2));
  ASSERT_TRUE(d.record(*held, held->pages_from(1, 1)));
  ASSERT_TRUE(d.end(*held, ended::Completed{.total_pages = 2, .outputs = held->outputs()}, held->pages_from(2, 2)));
  const auto last = d.head(id).change;
  d.remove(id);
  const auto failing = d.accept();
  ASSERT_TRUE(d.end(*d.claim(), ended::Refused{{ErrorCode::corrupt, "x"}}));

  const auto written = changes();
  const auto ann = OwnerKey::of("ann");
  const auto nobody = OwnerKey{};
  using enum JobEventKind;
  const std::vector<JobEvent> expected{
      {ann, id, accepted, 0, 0},
      {ann, id, started, 0, 0},
      {ann, id, retried, 0, 0},
      {ann, id, started, 0, 0},
      {ann, id, updated, 0, 0},
      {ann, id, page, 0, 1},
      {ann, id, page, 0, 2},
      {ann, id, file, 0, 0},
      {ann, id, completed, 0, 0},
      {ann, id, deleted, 0, 0},
      {nobody, failing, accepted, 0, 0},
      {nobody, failing, started, 0, 0},
      {nobody, failing, file, 0, 0},
      {nobody, failing, failed, 0, 0},
  };
  ASSERT_EQ(written.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(written[i].first, i + 1);
    EXPECT_EQ(written[i].second, ChangeRun{expected[i]}) << i;
  }
  EXPECT_EQ(last, 9U) << "the ETag is the number of the last one";
}

TEST_F(LmdbChanges, OldChangesAreRemovedAFewAtATime) {
  open();
  for (int i = 0; i < 200; ++i) {
    driver->accept();
  }
  EXPECT_EQ(changes().size(), 200U);
  backend.options.kept_changes = 50;
  open();
  driver->accept();
  auto left = changes();
  EXPECT_EQ(left.size(), 200U + 1 - 5) << "no long transaction";
  open();
  for (int i = 0; i < 100; ++i) {
    driver->accept();
  }
  left = changes();
  ASSERT_EQ(left.size(), 50U);
  EXPECT_EQ(left.front().first, 252U);
  EXPECT_EQ(left.back().first, 301U);
  open();
  const auto nothing = [](std::uint64_t, const JobEvent&) { ADD_FAILURE() << "there is a gap before it"; };
  const auto too_old = driver->reader().changes(250, 10, nothing);
  EXPECT_TRUE(too_old->gap);
  EXPECT_EQ(too_old->last, 250U);
  EXPECT_FALSE(driver->reader().changes(251, 100, [](std::uint64_t, const JobEvent&) {})->gap);
}

TEST_F(LmdbChanges, ManyPagesToldAtOnceAreOneEntry) {
  open();
  count_behind(2000);
  const auto written = changes();
  ASSERT_EQ(written.size(), 6U) << "accepted, started, updated, updated, then pages and their file";
  const auto& [last, run] = written[4];
  EXPECT_EQ(run.length, 2000U);
  EXPECT_EQ(run.first.kind, JobEventKind::page);
  EXPECT_EQ(run.first.page, 1U);
  EXPECT_EQ(first_number(run, last), written[3].first + 1);
  EXPECT_EQ(written[5].first, last + 1);
  open();
}

TEST_F(LmdbChanges, ARunIsRemovedWhenItsLastChangeIsOldEnough) {
  backend.options.kept_changes = 50;
  open();
  count_behind(100);  // 5 … 104, and the file
  ASSERT_EQ(driver->reader().last_change().value(), 105U);
  EXPECT_EQ(changes().front().first, 104U) << "a part of it is to be kept";
  open();
  EXPECT_FALSE(driver->reader().changes(4, 1, [](std::uint64_t, const JobEvent&) {})->gap);
  EXPECT_TRUE(driver->reader().changes(3, 1, [](std::uint64_t, const JobEvent&) {})->gap);
  for (int i = 0; i < 49; ++i) {
    driver->accept();
  }
  EXPECT_EQ(changes().front(), (std::pair<std::uint64_t, ChangeRun>(105, changes().front().second)));
  open();
  EXPECT_TRUE(driver->reader().changes(103, 1, [](std::uint64_t, const JobEvent&) {})->gap);
  EXPECT_FALSE(driver->reader().changes(104, 1, [](std::uint64_t, const JobEvent&) {})->gap);
}

TEST_F(LmdbChanges, OldOnesAreRemovedAFewAtATimeAlsoBehindALongRun) {
  backend.options.kept_changes = 200;
  open();
  for (int i = 0; i < 100; ++i) {
    driver->accept({.priority = 9});
  }
  count_behind(5000);
  EXPECT_GT(changes().size(), 80U) << "no long transaction";
  open();
}

TEST_F(LmdbChanges, OneIsWrittenAsItAlwaysWas) {
  ByteWriter old;
  const auto id = JobId::make(1);
  const auto ann = OwnerKey::of("ann");
  old.put(std::uint8_t{1});
  old.put(JobEventKind::page);
  old.put(std::uint16_t{2});
  old.put(std::uint32_t{7});
  old.put(ann.bytes);
  old.put(id.bytes);
  const auto bytes = old.take();
  const ChangeRun one{{ann, id, JobEventKind::page, 2, 7}};
  EXPECT_EQ(encode(one), bytes);
  const auto key = Key().number(std::uint64_t{5});
  EXPECT_EQ(decode_changes({std::string_view(key), bytes}).value(), one);
}

TEST_F(LmdbChanges, ADamagedRunIsNone) {
  const ChangeRun run{{OwnerKey{}, JobId::make(1), JobEventKind::page, 0, 1}, 5};
  const auto good = encode(run);
  const auto decode = [](std::uint64_t number, std::string_view value) {
    const auto key = Key().number(number);
    return decode_changes({std::string_view(key), value});
  };
  EXPECT_EQ(decode(5, good).value(), run);
  EXPECT_FALSE(decode(4, good)) << "it would begin before the first";
  EXPECT_FALSE(decode(5, good + "x"));
  EXPECT_FALSE(decode(5, std::string_view(good).substr(0, good.size() - 1)));
  EXPECT_FALSE(decode(5, encode(ChangeRun{run.first, 0})));
  EXPECT_FALSE(decode_changes({"short", good}));
}

TEST_F(LmdbChanges, AGapBeforeARunIsFoundAndMended) {
  open();
  count_behind(10);
  edit([](lmdb::Txn& txn, const Tables& tables) {
    EXPECT_TRUE(*txn.erase(tables.changes, Key().number(std::uint64_t{4})));
  });
  open();
  EXPECT_THAT(backend.check(*store), testing::Contains(testing::HasSubstr("a gap before 5")));
  ASSERT_TRUE(repair_lmdb_store(*store, driver->now()));
  EXPECT_THAT(backend.check(*store), testing::IsEmpty());
  const auto left = changes();
  ASSERT_EQ(left.size(), 2U) << "the run, and the file behind it";
  EXPECT_EQ(left[0].second.length, 10U);
  open();
}

}  // namespace
}  // namespace docket
