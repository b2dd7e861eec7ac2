// Conformance: what is told of a job's pages and files, and when.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreEvents : public StoreConformance<Backend> {
 protected:
  using Words = std::vector<std::string>;

  /// What was told since the last call.
  Words told() { return this->driver->told(); }
  /// A job with so many files whose probes are all held, in their order, and what was told of that is behind us.
  std::vector<Held> begin(std::size_t files) {
    job = this->driver->accept({.files = files});
    std::vector<Held> probes;
    for (std::size_t i = 0; i < files; ++i) {
      probes.push_back(this->driver->claim().value());
      EXPECT_EQ(probes.back().unit.file, i);
    }
    told();
    return probes;
  }
  /// A probe that does all of its file's pages itself, recorded one by one.
  void do_file(const Held& probe, std::uint32_t pages) {
    ASSERT_TRUE(this->driver->record(probe, {}, pages));
    for (std::uint32_t page = 1; page <= pages; ++page) {
      ASSERT_TRUE(this->driver->record(probe, {probe.page(page)}));
    }
    ASSERT_TRUE(this->driver->end(probe, ended::Probed{.total_pages = pages, .ranges = {}}));
  }
  static Words without(Words words, const std::string& word) {
    std::erase(words, word);
    return words;
  }

  JobId job;
};
TYPED_TEST_SUITE_P(StoreEvents);

TYPED_TEST_P(StoreEvents, PagesAreHeldUntilTheFilesBeforeAreCounted) {
  auto& d = *this->driver;
  const auto probes = this->begin(3);
  this->do_file(probes[1], 2);
  this->do_file(probes[2], 1);
  EXPECT_THAT(this->without(this->told(), "updated"), testing::IsEmpty()) << "their numbers are not known";
  EXPECT_EQ(d.head(this->job).processed_pages, 3U) << "which is told as it happens";
  const auto before = d.head(this->job).change;
  ASSERT_TRUE(d.probed(probes[0], 4, 2));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 1.1", "page 1.2", "file 1", "page 2.1", "file 2"));
  EXPECT_EQ(d.head(this->job).change, before + 5) << "each has a number of its own";
  ASSERT_TRUE(d.complete_range(*d.claim()));
  ASSERT_TRUE(d.complete_range(*d.claim()));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 0.1", "page 0.2", "page 0.3", "page 0.4", "file 0"));
}

TYPED_TEST_P(StoreEvents, ATotalToldEarlyCounts) {
  auto& d = *this->driver;
  const auto probes = this->begin(2);
  ASSERT_TRUE(d.record(probes[1], {}, 3));
  ASSERT_TRUE(d.record(probes[1], {probes[1].page(1)}));
  this->told();
  ASSERT_TRUE(d.record(probes[0], {probes[0].page(1)}, 9));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 0.1", "page 1.1"));
  ASSERT_TRUE(d.record(probes[1], {probes[1].page(2)}));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 1.2"));
  ASSERT_TRUE(d.end(probes[1], ended::Probed{.total_pages = 3, .ranges = {}}, {probes[1].page(3)}));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 1.3", "file 1"));
}

TYPED_TEST_P(StoreEvents, WhatIsDoneByThenIsTold) {
  auto& d = *this->driver;
  const auto probes = this->begin(2);
  ASSERT_TRUE(d.probed(probes[1], 10, 2));
  std::vector<Held> ranges;
  for (int i = 0; i < 5; ++i) {
    ranges.push_back(d.claim().value());
  }
  ASSERT_TRUE(d.complete_range(ranges[1]));  // 3, 4
  ASSERT_TRUE(d.record(ranges[2], {ranges[2].page(5)}));
  ASSERT_TRUE(d.record(ranges[4], {ranges[4].page(9, ErrorCode::corrupt)}));
  ASSERT_TRUE(d.end(ranges[4], ended::Released{}));
  EXPECT_THAT(this->without(this->told(), "updated"), testing::ElementsAre("retried"));
  ASSERT_TRUE(d.probed(probes[0], 1, 1));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 1.3", "page 1.4", "page 1.5", "page 1.9"));
  ASSERT_TRUE(d.complete_range(ranges[0]));
  ASSERT_TRUE(d.complete_range(ranges[3]));
  ASSERT_TRUE(d.end(ranges[2], ended::RangeDone{}, {ranges[2].page(6)}));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 1.1", "page 1.2", "page 1.7", "page 1.8", "page 1.6"));
}

TYPED_TEST_P(StoreEvents, AFileThatFailsHasNoPages) {
  auto& d = *this->driver;
  const auto probes = this->begin(4);
  this->do_file(probes[3], 1);
  this->do_file(probes[1], 1);
  ASSERT_TRUE(d.end(probes[2], ended::Refused{{ErrorCode::encrypted, "no password"}}));
  EXPECT_THAT(this->without(this->told(), "updated"), testing::IsEmpty());
  ASSERT_TRUE(d.end(probes[0], ended::Refused{{ErrorCode::corrupt, "x"}}));
  EXPECT_THAT(this->told(), testing::ElementsAre("file 0", "page 1.1", "file 1", "file 2", "page 3.1", "file 3"));
}

TYPED_TEST_P(StoreEvents, AFileInBetweenHoldsTheLaterOnesOnly) {
  const auto probes = this->begin(3);
  this->do_file(probes[0], 1);
  this->do_file(probes[2], 1);
  EXPECT_THAT(this->without(this->told(), "updated"), testing::ElementsAre("page 0.1", "file 0"));
  this->do_file(probes[1], 1);
  EXPECT_THAT(this->without(this->told(), "updated"), testing::ElementsAre("page 2.1", "file 2", "page 1.1", "file 1"));
}

TYPED_TEST_P(StoreEvents, TheEndOfAJobIsItsLast) {
  auto& d = *this->driver;
  const auto probes = this->begin(3);
  this->do_file(probes[1], 1);
  ASSERT_TRUE(d.record(probes[2], {}, 3));
  ASSERT_TRUE(d.record(probes[2], {probes[2].page(1)}));
  this->told();
  ASSERT_TRUE(d.cancel(this->job));
  EXPECT_THAT(this->told(), testing::ElementsAre("file 0", "page 1.1", "file 1", "page 2.1", "file 2", "failed"));
}

TYPED_TEST_P(StoreEvents, WhatIsRemovedIsNotTold) {
  auto& d = *this->driver;
  const auto probes = this->begin(2);
  this->do_file(probes[1], 2);
  this->told();
  d.remove(this->job);
  EXPECT_THAT(this->told(), testing::ElementsAre("deleted"));
}

TYPED_TEST_P(StoreEvents, ALostOwnerChangesNothing) {
  auto& d = *this->driver;
  const auto probes = this->begin(2);
  ASSERT_TRUE(d.record(probes[1], {}, 2));
  ASSERT_TRUE(d.record(probes[1], {probes[1].page(1)}));
  this->told();
  ASSERT_EQ(d.recover(worker(1)), 2U);
  EXPECT_THAT(this->told(), testing::ElementsAre("retried", "retried"));
  this->reopen();
  auto& again = *this->driver;
  const auto probe = again.claim().value();
  this->told();
  ASSERT_TRUE(again.probed(probe, 2, 2));
  EXPECT_THAT(this->told(), testing::ElementsAre("page 1.1"));
}

TYPED_TEST_P(StoreEvents, ManyPagesAreTakenUpAnywhere) {
  constexpr std::uint32_t pages = 1000;
  auto& d = *this->driver;
  const auto probes = this->begin(2);
  ASSERT_TRUE(d.record(probes[1], probes[1].pages_from(1, pages), pages + 1));
  const auto before = d.reader().last_change().value();
  ASSERT_TRUE(d.probed(probes[0], 1, 1));
  ASSERT_EQ(d.reader().last_change().value(), before + pages);
  for (const std::uint64_t seen : {before, before + 1, before + 500, before + pages - 1}) {
    auto next = seen;
    const auto read = d.reader().changes(seen, 300, [&](std::uint64_t number, const JobEvent& change) {
      EXPECT_EQ(number, ++next);
      EXPECT_EQ(change.kind, JobEventKind::page);
      EXPECT_EQ(change.page, number - before);
      EXPECT_EQ(change.file, 1);
    });
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->gap);
    EXPECT_EQ(read->last, std::min(seen + 300, before + pages));
    EXPECT_EQ(read->last, next);
    EXPECT_EQ(read->more, seen + 300 < before + pages);
  }
}

REGISTER_TYPED_TEST_SUITE_P(StoreEvents, PagesAreHeldUntilTheFilesBeforeAreCounted, ATotalToldEarlyCounts,
                            WhatIsDoneByThenIsTold, AFileThatFailsHasNoPages, AFileInBetweenHoldsTheLaterOnesOnly,
                            TheEndOfAJobIsItsLast, WhatIsRemovedIsNotTold, ALostOwnerChangesNothing,
                            ManyPagesAreTakenUpAnywhere);

}  // namespace docket
