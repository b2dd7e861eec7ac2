// Conformance: jobs whose work is a command's.
#pragma once

#include <string>
#include <vector>

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreRuns : public StoreConformance<Backend> {
 protected:
  std::vector<std::string> events() {
    std::vector<std::string> words;
    for (const auto& change : this->driver->changes()) {
      words.push_back(word_of(change));
    }
    return words;
  }
};
TYPED_TEST_SUITE_P(StoreRuns);

TYPED_TEST_P(StoreRuns, AJobWithoutFilesIsDone) {
  auto& d = *this->driver;
  const auto job = d.accept({.files = 0, .pool = 1, .command = command(false)});
  const auto held = d.claim(worker(1), 1);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->unit.kind, UnitKind::run);
  EXPECT_EQ(held->record.work, Work(command(false)));
  ASSERT_TRUE(d.complete_run(*held, "out/a b.txt"));
  EXPECT_EQ(d.head(job).state, State::completed);
  EXPECT_EQ(d.head(job).kind, WorkKind::command);
  const auto outputs = d.reader().outputs(job);
  ASSERT_TRUE(outputs);
  ASSERT_EQ(outputs->sections.size(), 1U);
  EXPECT_EQ(outputs->sections[0].name, "out/a b.txt");
  EXPECT_EQ(this->events(), (std::vector<std::string>{"accepted", "started", "completed"}));
}

TYPED_TEST_P(StoreRuns, EachFileHasItsOutputs) {
  auto& d = *this->driver;
  const auto job = d.accept({.files = 2, .command = command(true)});
  const auto first = d.claim(worker(1));
  const auto second = d.claim(worker(2));
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(d.complete_run(*second, "two.txt"));
  EXPECT_EQ(d.head(job).state, State::processing);
  EXPECT_FALSE(d.reader().page(job, 0, 1));
  ASSERT_TRUE(d.end(*first, ended::Refused{{ErrorCode::command_failed, "exit code 65"}}));
  EXPECT_EQ(d.head(job).state, State::completed);
  const auto part = d.reader().page(job, 1, 1);
  ASSERT_TRUE(part);
  ASSERT_EQ(part->outputs.sections.size(), 1U);
  EXPECT_EQ(part->outputs.sections[0].name, "two.txt");
  const auto outputs = d.reader().outputs(job);
  ASSERT_TRUE(outputs) << "what is completed has outputs";
  EXPECT_TRUE(outputs->sections.empty());
  EXPECT_EQ(this->events(),
            (std::vector<std::string>{"accepted", "started", "updated", "file 1", "file 0", "completed"}));
  const auto removed = d.remove(job);
  ASSERT_TRUE(removed.result);
  EXPECT_EQ(removed.output_files, std::vector{part->outputs.output_file});
}

TYPED_TEST_P(StoreRuns, StepsAreRecordedByWhoHoldsTheUnit) {
  auto& d = *this->driver;
  const auto job = d.accept({.files = 1, .command = command(false)});
  const auto held = d.claim(worker(1));
  ASSERT_TRUE(held);
  ASSERT_TRUE(d.record_steps(*held, {.processed = 2, .total = 5, .message = "two of five"}));
  EXPECT_EQ(d.head(job).processed_pages, 2U);
  EXPECT_EQ(d.head(job).total_pages, 5U);
  ASSERT_TRUE(d.recover(worker(1)));
  const auto late = d.record_steps(*held, {.processed = 3, .total = 5, .message = ""});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::lease_lost);
  EXPECT_EQ(this->events(), (std::vector<std::string>{"accepted", "started", "updated", "retried"}));
}

TYPED_TEST_P(StoreRuns, StepsAreReportedByOthersWhileAJobIsProcessed) {
  auto& d = *this->driver;
  const auto job = d.accept({.files = 1, .command = command(false)});
  EXPECT_EQ(d.report_steps(job, {.processed = 1, .total = 5, .message = ""}).error().code, ErrorCode::illegal_change);
  const auto held = d.claim(worker(1));
  ASSERT_TRUE(held);
  ASSERT_TRUE(d.report_steps(job, {.processed = 2, .total = 5, .message = "two of five"}));
  ASSERT_TRUE(d.report_steps(job, {.processed = 1, .total = 5, .message = ""}));
  EXPECT_EQ(d.head(job).processed_pages, 2U) << "what a client has seen does not decrease";
  EXPECT_EQ(d.head(job).total_pages, 5U);
  ASSERT_TRUE(d.end(*held, ended::Completed{.total_pages = 0, .outputs = held->outputs()}));
  EXPECT_EQ(d.report_steps(job, {.processed = 3, .total = 5, .message = ""}).error().code, ErrorCode::illegal_change);
  ASSERT_TRUE(d.remove(job).result);
  EXPECT_EQ(d.report_steps(job, {.processed = 3, .total = 5, .message = ""}).error().code, ErrorCode::not_found);
  const auto document = d.accept();
  ASSERT_TRUE(d.claim());
  EXPECT_EQ(d.report_steps(document, {.processed = 1, .total = 1, .message = ""}).error().code,
            ErrorCode::illegal_change);
}

TYPED_TEST_P(StoreRuns, StepsComeWithTheEnd) {
  auto& d = *this->driver;
  const auto job = d.accept({.files = 0, .command = command(false)});
  const auto held = d.claim();
  ASSERT_TRUE(held);
  auto end = d.end_change(*held, ended::Completed{.total_pages = 0, .outputs = held->outputs()});
  end.steps = Steps{.processed = 1, .total = 4, .message = "one of four"};
  ASSERT_TRUE(d.commit(end).result);
  EXPECT_EQ(d.head(job).total_pages, 4U);
  EXPECT_EQ(d.head(job).processed_pages, 4U) << "what is completed has done all";
}

TYPED_TEST_P(StoreRuns, DocumentsHaveNoSteps) {
  auto& d = *this->driver;
  d.accept();
  const auto held = d.claim();
  ASSERT_TRUE(held);
  EXPECT_FALSE(d.record_steps(*held, {.processed = 1, .total = 1, .message = ""}));
}

REGISTER_TYPED_TEST_SUITE_P(StoreRuns, AJobWithoutFilesIsDone, EachFileHasItsOutputs, StepsAreRecordedByWhoHoldsTheUnit,
                            StepsAreReportedByOthersWhileAJobIsProcessed, StepsComeWithTheEnd, DocumentsHaveNoSteps);

}  // namespace docket
