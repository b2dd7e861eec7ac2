// Conformance: jobs that are completed at once, with the results that another one came to.
#pragma once

#include <algorithm>

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreDedupe : public StoreConformance<Backend> {
 protected:
  static Sha256 fingerprint(std::uint8_t number = 1) {
    Sha256 made{};
    made.fill(number);
    return made;
  }
  /// A job that is completed; others may have its results.
  JobId original() {
    const auto job = this->driver->accept({.fingerprint = fingerprint()});
    EXPECT_TRUE(this->driver->complete_small(*this->driver->claim(), 2));
    return job;
  }
};
TYPED_TEST_SUITE_P(StoreDedupe);

TYPED_TEST_P(StoreDedupe, AJobIsToldOfItsOriginalAndThenHasItsResults) {
  auto& d = *this->driver;
  const auto original = this->original();
  auto change = d.new_job({.fields = R"({"a":"b"})", .expire_ms = 5000, .fingerprint = this->fingerprint()});
  ASSERT_TRUE(d.commit(change).result);
  ASSERT_TRUE(change.dedupe_source);
  EXPECT_EQ(change.dedupe_source->job, original);
  ASSERT_EQ(change.dedupe_source->output_files.size(), 2U) << "the pages' and the whole's";
  EXPECT_FALSE(d.see(change.record.id)) << "no job was made";

  change.linked_to = original;
  ASSERT_TRUE(d.commit(change).result);
  EXPECT_FALSE(change.dedupe_source);
  const auto& id = change.record.id;
  const auto seen = d.see(id);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->head.state, State::completed);
  EXPECT_EQ(seen->head.total_pages, 2U);
  EXPECT_EQ(seen->head.processed_pages, 2U);
  EXPECT_EQ(seen->head.completed_ms, change.now_ms);
  EXPECT_EQ(seen->head.expires_ms, change.now_ms + 5000);
  EXPECT_EQ(seen->fields, R"({"a":"b"})");
  EXPECT_EQ(d.reader().outputs(id).value(), d.reader().outputs(original).value());
  EXPECT_EQ(d.reader().page(id, 0, 2).value(), d.reader().page(original, 0, 2).value());
  EXPECT_FALSE(d.claim()) << "nothing is to be done";
}

TYPED_TEST_P(StoreDedupe, ALinkedJobIsTheNextOnesOriginal) {
  auto& d = *this->driver;
  const auto original = this->original();
  const auto first = d.accept_linked({.fingerprint = this->fingerprint()});
  ASSERT_TRUE(first.result);
  d.remove(original);
  const auto second = d.accept_linked({.fingerprint = this->fingerprint()});
  ASSERT_TRUE(second.result);
  EXPECT_EQ(second.linked_to, first.record.id);
  EXPECT_EQ(d.reader().outputs(second.record.id).value(), d.reader().outputs(first.record.id).value());
}

TYPED_TEST_P(StoreDedupe, WhatIsNotCompletedWithoutWarningIsNobodysOriginal) {
  auto& d = *this->driver;
  const auto nothing = [&] {
    const auto made = d.accept_linked({.fingerprint = this->fingerprint()});
    return code_of(made.result) == ErrorCode::not_found && !d.see(made.record.id);
  };
  EXPECT_TRUE(nothing());
  const auto waiting = d.accept({.fingerprint = this->fingerprint()});
  EXPECT_TRUE(nothing());
  const auto held = d.claim();
  EXPECT_TRUE(nothing());
  auto pages = held->pages_from(1, 1);
  pages.push_back(held->page(2, ErrorCode::timeout));
  ASSERT_TRUE(d.end(*held, ended::Completed{.total_pages = 2, .outputs = held->outputs()}, std::move(pages)));
  EXPECT_EQ(d.head(waiting).state, State::completed);
  EXPECT_TRUE(nothing()) << "it may go better another time";
  d.accept();
  ASSERT_TRUE(d.complete_small(*d.claim()));
  EXPECT_TRUE(nothing()) << "that one shares its results with nobody";
}

TYPED_TEST_P(StoreDedupe, AnOriginalThatHasGoneMakesNoJob) {
  auto& d = *this->driver;
  const auto original = this->original();
  auto change = d.new_job({.fingerprint = this->fingerprint()});
  d.commit(change);
  d.remove(original);
  change.linked_to = original;
  EXPECT_EQ(code_of(d.commit(change).result), ErrorCode::not_found);
  EXPECT_FALSE(d.see(change.record.id));
  change.linked_to.reset();
  ASSERT_TRUE(d.commit(change).result);
  EXPECT_EQ(d.head(change.record.id).state, State::pending);
}

TYPED_TEST_P(StoreDedupe, AnotherOneMayHaveTakenItsPlace) {
  auto& d = *this->driver;
  const auto older = d.accept({.fingerprint = this->fingerprint()});
  const auto newer = d.accept({.fingerprint = this->fingerprint()});
  ASSERT_TRUE(d.complete_small(*d.claim()));
  auto change = d.new_job({.fingerprint = this->fingerprint()});
  d.commit(change);
  ASSERT_EQ(change.dedupe_source->job, older);
  ASSERT_TRUE(d.complete_small(*d.claim()));
  change.linked_to = older;
  ASSERT_TRUE(d.commit(change).result);
  ASSERT_TRUE(change.dedupe_source) << "the links are of the wrong job";
  EXPECT_EQ(change.dedupe_source->job, newer);
  EXPECT_FALSE(d.see(change.record.id));
}

TYPED_TEST_P(StoreDedupe, BytesOfLinkedResultsAreCounted) {
  auto& d = *this->driver;
  this->original();
  const auto before = d.reader().stored_bytes().value();
  const auto made = d.accept_linked({.fingerprint = this->fingerprint()});
  ASSERT_TRUE(made.result);
  EXPECT_EQ(d.reader().stored_bytes().value(), 2 * before);
  EXPECT_EQ(d.remove(made.record.id).output_files.size(), 1U);
  EXPECT_EQ(d.reader().stored_bytes().value(), before);
}

REGISTER_TYPED_TEST_SUITE_P(StoreDedupe, AJobIsToldOfItsOriginalAndThenHasItsResults, ALinkedJobIsTheNextOnesOriginal,
                            WhatIsNotCompletedWithoutWarningIsNobodysOriginal, AnOriginalThatHasGoneMakesNoJob,
                            AnotherOneMayHaveTakenItsPlace, BytesOfLinkedResultsAreCounted);

}  // namespace docket
