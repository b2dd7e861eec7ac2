// Conformance: the way of one job through a store. Commands that are refused, limited or sent twice are in
// store_command_suite.h.
#pragma once

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreFlow : public StoreConformance<Backend> {};
TYPED_TEST_SUITE_P(StoreFlow);

TYPED_TEST_P(StoreFlow, ANewStoreHasNothing) {
  auto& d = *this->driver;
  EXPECT_FALSE(d.claim());
  EXPECT_TRUE(d.list().empty());
  EXPECT_TRUE(d.holders().empty());
  EXPECT_EQ(d.counts().accepted, 0U);
  const auto unknown = JobId::make(1);
  EXPECT_EQ(code_of(d.see(unknown)), ErrorCode::not_found);
  EXPECT_EQ(code_of(d.reader().record(unknown)), ErrorCode::not_found);
  EXPECT_EQ(code_of(d.reader().outputs(unknown)), ErrorCode::not_found);
  EXPECT_EQ(code_of(d.reader().page(unknown, 0, 1)), ErrorCode::not_found);
  EXPECT_EQ(code_of(d.remove(unknown).result), ErrorCode::not_found);
  EXPECT_TRUE(this->store->health().writable);
}

TYPED_TEST_P(StoreFlow, AnAcceptedJobIsPending) {
  auto& d = *this->driver;
  auto change = d.new_job({.owner = "ann", .files = 2, .fields = R"({"a":1})"});
  ASSERT_TRUE(d.commit(change).result);
  const auto seen = d.see(change.record.id);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->head.state, State::pending);
  EXPECT_EQ(seen->head.created_ms, change.now_ms);
  EXPECT_EQ(seen->head.units_left, 2U);
  EXPECT_NE(seen->head.change, 0U);
  EXPECT_EQ(seen->head.has_fields, 1);
  EXPECT_EQ(seen->fields, R"({"a":1})");
  EXPECT_EQ(seen->owner, "ann");
  EXPECT_EQ(seen->result_url, "/result/");
  EXPECT_THAT(seen->filenames, testing::ElementsAre("file0.pdf", "file1.pdf"));
  EXPECT_EQ(seen->counts.accepted, 1U);
  EXPECT_EQ(seen->counts.started, 0U);
  EXPECT_EQ(seen->counts.waiting_units, 2U);
  const auto record = d.reader().record(change.record.id);
  ASSERT_TRUE(record);
  EXPECT_EQ(*record, change.record);
}

TYPED_TEST_P(StoreFlow, AJobWithoutFieldsShowsNone) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto seen = d.see(id);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->head.has_fields, 0);
  EXPECT_EQ(seen->fields, "");
}

TYPED_TEST_P(StoreFlow, AnIdCanBeTakenOnce) {
  auto& d = *this->driver;
  auto first = d.new_job({.owner = "ann"});
  ASSERT_TRUE(d.commit(first).result);
  auto second = d.new_job({.owner = "ben", .files = 3});
  second.record.id = first.record.id;
  EXPECT_EQ(code_of(d.commit(second).result), ErrorCode::bad_request);
  EXPECT_EQ(d.see(first.record.id)->owner, "ann");
  EXPECT_EQ(d.counts().accepted, 1U);
  EXPECT_EQ(d.counts().waiting_units, 1U);
}

TYPED_TEST_P(StoreFlow, AJobWithoutFilesIsOverAtOnce) {
  auto& d = *this->driver;
  const auto id = d.accept({.files = 0});
  EXPECT_EQ(d.head(id).state, State::failed);
  EXPECT_FALSE(d.claim());
  EXPECT_EQ(d.counts().accepted, d.counts().started);
}

TYPED_TEST_P(StoreFlow, ASmallDocumentIsOneUnit) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto probe = d.claim();
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->unit.job, id);
  EXPECT_EQ(probe->unit.kind, UnitKind::probe);
  EXPECT_EQ(probe->unit.attempt, 1U);
  EXPECT_EQ(probe->record.id, id);
  EXPECT_EQ(probe->status.head.state, State::processing);
  EXPECT_EQ(d.head(id).state, State::processing);
  EXPECT_THAT(d.holders(), testing::ElementsAre(worker(1)));
  EXPECT_EQ(d.counts().started, 1U);
  EXPECT_EQ(d.counts().waiting_units, 0U);
  EXPECT_FALSE(d.claim()) << "it is held already";

  auto change =
      d.end_change(*probe, ended::Completed{.total_pages = 2, .outputs = probe->outputs()}, probe->pages_from(1, 2));
  ASSERT_TRUE(d.commit(change).result);
  EXPECT_FALSE(change.queued);
  EXPECT_EQ(change.result->head.state, State::completed);
  const auto head = d.head(id);
  EXPECT_EQ(head.state, State::completed);
  EXPECT_EQ(head.total_pages, 2U);
  EXPECT_EQ(head.processed_pages, 2U);
  EXPECT_EQ(head, change.result->head);
  const auto outputs = d.reader().outputs(id);
  ASSERT_TRUE(outputs);
  EXPECT_EQ(*outputs, probe->outputs());
  const auto page = d.reader().page(id, 0, 2);
  ASSERT_TRUE(page);
  EXPECT_EQ(*page, probe->page(2));
  EXPECT_TRUE(d.holders().empty());
  EXPECT_FALSE(d.claim());
}

TYPED_TEST_P(StoreFlow, RangesAreDoneByManyAndAssembledOnce) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto probe = d.claim();
  ASSERT_TRUE(probe);
  auto probed = d.end_change(*probe, ended::Probed{.total_pages = 6, .ranges = {{1, 2}, {3, 4}, {5, 6}}});
  ASSERT_TRUE(d.commit(probed).result);
  EXPECT_TRUE(probed.queued);
  EXPECT_EQ(d.head(id).total_pages, 6U);

  std::vector<Held> ranges;
  for (std::uint8_t i = 1; i <= 3; ++i) {
    auto range = d.claim(worker(i));
    ASSERT_TRUE(range);
    EXPECT_EQ(range->unit.kind, UnitKind::range);
    EXPECT_EQ(range->unit.first_page, 2U * i - 1);
    EXPECT_TRUE(range->pages.empty());
    ranges.push_back(*range);
  }
  EXPECT_FALSE(d.claim(worker(4)));
  EXPECT_THAT(d.holders(), testing::UnorderedElementsAre(worker(1), worker(2), worker(3)));

  ASSERT_TRUE(d.complete_range(ranges[2]));
  ASSERT_TRUE(d.record(ranges[0], {ranges[0].page(1)}));
  EXPECT_EQ(d.head(id).processed_pages, 3U);
  ASSERT_TRUE(d.complete_range(ranges[1]));
  EXPECT_FALSE(d.claim()) << "assemble comes after the last range";
  ASSERT_TRUE(d.end(ranges[0], ended::RangeDone{}, {ranges[0].page(2)}));

  const auto assemble = d.claim(worker(4));
  ASSERT_TRUE(assemble);
  EXPECT_EQ(assemble->unit.kind, UnitKind::assemble);
  ASSERT_EQ(assemble->pages.size(), 6U);
  for (std::uint32_t i = 0; i < 6; ++i) {
    EXPECT_EQ(assemble->pages[i].page, i + 1) << "in order";
  }
  EXPECT_EQ(code_of(d.reader().outputs(id)), ErrorCode::not_found);
  ASSERT_TRUE(d.assemble(*assemble));
  EXPECT_EQ(d.head(id).state, State::completed);
  EXPECT_EQ(*d.reader().outputs(id), assemble->outputs());
}

TYPED_TEST_P(StoreFlow, PagesOfSeveralFilesComeInOrder) {
  auto& d = *this->driver;
  const auto id = d.accept({.files = 3});
  std::vector<Held> probes{*d.claim(), *d.claim(), *d.claim()};
  for (const auto at : {2U, 0U, 1U}) {
    ASSERT_TRUE(d.record(probes[at], probes[at].pages_from(1, 300), 300));
    ASSERT_TRUE(d.end(probes[at], ended::Probed{.total_pages = 300, .ranges = {}}));
  }
  const auto assemble = d.claim();
  ASSERT_TRUE(assemble);
  ASSERT_EQ(assemble->pages.size(), 900U);
  for (std::uint32_t i = 0; i < 900; ++i) {
    EXPECT_EQ(assemble->pages[i].file, i / 300);
    EXPECT_EQ(assemble->pages[i].page, i % 300 + 1);
  }
  EXPECT_EQ(d.head(id).processed_pages, 900U);
}

TYPED_TEST_P(StoreFlow, AProbeTellsTheTotalEarlyAndGoesOn) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto probe = d.claim();
  ASSERT_TRUE(probe);
  ASSERT_TRUE(d.record(*probe, {probe->page(1)}, 3));
  EXPECT_EQ(d.head(id).total_pages, 3U);
  EXPECT_EQ(d.head(id).processed_pages, 1U);
  EXPECT_TRUE(d.reader().page(id, 0, 1)) << "a page is there as soon as it is recorded";
  EXPECT_EQ(code_of(d.reader().page(id, 0, 2)), ErrorCode::not_found);
  ASSERT_TRUE(d.end(*probe, ended::Completed{.total_pages = 3, .outputs = probe->outputs()}, probe->pages_from(2, 3)));
  EXPECT_EQ(d.head(id).state, State::completed);
}

TYPED_TEST_P(StoreFlow, ARefusedDocumentFails) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto probe = d.claim();
  ASSERT_TRUE(probe);
  auto refused = d.end_change(*probe, ended::Refused{{ErrorCode::encrypted, "it needs a password"}});
  ASSERT_TRUE(d.commit(refused).result);
  EXPECT_FALSE(refused.queued);
  const auto head = d.head(id);
  EXPECT_EQ(head.state, State::failed);
  EXPECT_EQ(head.error, ErrorCode::encrypted);
  EXPECT_FALSE(d.claim());
  EXPECT_EQ(code_of(d.reader().outputs(id)), ErrorCode::not_found);
}

TYPED_TEST_P(StoreFlow, PagesGivenUpAreRecorded) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 4, 2));
  const auto first = d.claim();
  ASSERT_TRUE(d.end(*first, ended::Refused{{ErrorCode::corrupt, "bad stream"}}));
  const auto page = d.reader().page(id, 0, 2);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->error, ErrorCode::corrupt);
  ASSERT_TRUE(d.complete_range(*d.claim()));
  const auto assemble = d.claim();
  ASSERT_EQ(assemble->pages.size(), 4U);
  EXPECT_EQ(assemble->pages[0].error, ErrorCode::corrupt);
  EXPECT_EQ(assemble->pages[3].error, ErrorCode::none);
}

TYPED_TEST_P(StoreFlow, EveryChangeHasANewNumber) {
  auto& d = *this->driver;
  std::vector<std::uint64_t> numbers;
  const auto id = d.accept();
  const auto note = [&] { numbers.push_back(d.head(id).change); };
  note();
  const auto probe = d.claim();
  note();
  ASSERT_TRUE(d.record(*probe, {}, 2));
  note();
  ASSERT_TRUE(d.record(*probe, {probe->page(1)}));
  note();
  const auto other = d.accept();
  EXPECT_EQ(d.head(id).change, numbers.back()) << "another job's change";
  EXPECT_GT(d.head(other).change, numbers.back());
  ASSERT_TRUE(d.end(*probe, ended::Completed{.total_pages = 2, .outputs = probe->outputs()}, {probe->page(2)}));
  note();
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    EXPECT_GT(numbers[i], numbers[i - 1]) << i;
  }
}

TYPED_TEST_P(StoreFlow, OnlyTheHolderOfThisTryMayCommit) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto other = d.accept();
  const auto held = d.claim(worker(1));
  ASSERT_TRUE(held);
  const auto before = d.head(id);

  auto wrong = *held;
  wrong.holder = worker(2);
  EXPECT_EQ(code_of(d.complete_small(wrong)), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(d.record(wrong, {held->page(1)}, 1)), ErrorCode::lease_lost);
  wrong = *held;
  ++wrong.unit.attempt;
  EXPECT_EQ(code_of(d.complete_small(wrong)), ErrorCode::lease_lost);
  wrong = *held;
  ++wrong.unit.seq;
  EXPECT_EQ(code_of(d.complete_small(wrong)), ErrorCode::lease_lost) << "that one waits";
  wrong = *held;
  wrong.unit.job = other;
  EXPECT_EQ(code_of(d.complete_small(wrong)), ErrorCode::lease_lost);
  EXPECT_EQ(d.head(id), before);

  ASSERT_TRUE(d.complete_small(*held));
  EXPECT_EQ(code_of(d.complete_small(*held)), ErrorCode::lease_lost) << "it is over";
  EXPECT_EQ(code_of(d.record(*held, {held->page(1)})), ErrorCode::lease_lost);
}

TYPED_TEST_P(StoreFlow, AnEarlierTryHasLostItsLease) {
  auto& d = *this->driver;
  const auto id = d.accept();
  const auto first = d.claim();
  auto bad = d.end_change(*first, ended::Failed{{ErrorCode::crashed, "signal 11"}});
  ASSERT_TRUE(d.commit(bad).result);
  EXPECT_TRUE(bad.queued);
  EXPECT_EQ(d.head(id).state, State::pending);
  const auto second = d.claim();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->unit.seq, first->unit.seq);
  EXPECT_EQ(second->unit.attempt, 2U);
  EXPECT_EQ(d.head(id).attempts, 2U);
  EXPECT_EQ(code_of(d.complete_small(*first)), ErrorCode::lease_lost);
  ASSERT_TRUE(d.complete_small(*second));
  EXPECT_EQ(d.head(id).state, State::completed);
}

TYPED_TEST_P(StoreFlow, TriesEnd) {
  auto& d = *this->driver;
  const auto id = d.accept();
  for (int i = 0; i < 2; ++i) {
    const auto held = d.claim();
    ASSERT_TRUE(held);
    ASSERT_TRUE(d.end(*held, ended::Failed{{ErrorCode::timeout, "took too long"}}));
  }
  EXPECT_FALSE(d.claim());
  EXPECT_EQ(d.head(id).state, State::failed);
  EXPECT_EQ(d.head(id).error, ErrorCode::timeout);
}

REGISTER_TYPED_TEST_SUITE_P(StoreFlow, ANewStoreHasNothing, AnAcceptedJobIsPending, AJobWithoutFieldsShowsNone,
                            AnIdCanBeTakenOnce, AJobWithoutFilesIsOverAtOnce, ASmallDocumentIsOneUnit,
                            RangesAreDoneByManyAndAssembledOnce, PagesOfSeveralFilesComeInOrder,
                            AProbeTellsTheTotalEarlyAndGoesOn, ARefusedDocumentFails, PagesGivenUpAreRecorded,
                            EveryChangeHasANewNumber, OnlyTheHolderOfThisTryMayCommit, AnEarlierTryHasLostItsLease,
                            TriesEnd);

}  // namespace docket
