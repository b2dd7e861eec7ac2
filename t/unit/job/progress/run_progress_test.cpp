// Jobs whose work is a command's: one unit for all, or one a file.
#include "job/progress/run_progress.h"

#include <gtest/gtest.h>

#include "job/progress/progress.h"

namespace docket {
namespace {

constexpr std::int64_t now = 1'000'000;

class RunProgress : public ::testing::Test {
 protected:
  void accept(bool per_file, std::size_t files) {
    CommandWork work;
    work.per_file = per_file;
    record_.work = work;
    record_.limits.attempts = 2;
    status_.files.resize(files);
    units_ = begin_job(record_, status_, now);
    ASSERT_FALSE(units_.empty());
    begin_all();
  }
  void begin_all() {
    for (const auto& unit : units_) {
      ASSERT_TRUE(begin_unit(status_, unit, now));
    }
  }
  FollowUp end(std::size_t unit, const UnitEnd& how) {
    auto done = end_unit(record_, status_, units_[unit], how, now);
    EXPECT_TRUE(done);
    return done ? *done : FollowUp{};
  }

  JobRecord record_;
  Status status_;
  std::vector<Unit> units_;
};

const ended::Failed failed{{ErrorCode::command_failed, "exit code 3"}};

TEST_F(RunProgress, AJobOfFieldsOnlyIsOneUnit) {
  accept(false, 0);
  ASSERT_EQ(units_.size(), 1U);
  EXPECT_EQ(units_[0].kind, UnitKind::run);
  EXPECT_EQ(units_[0].file, Unit::whole_job);
  EXPECT_EQ(status_.head.kind, WorkKind::command);
  EXPECT_EQ(status_.head.state, State::processing);
  const auto follow_up = end(0, ended::Completed{});
  EXPECT_FALSE(follow_up.unit_goes_on);
  EXPECT_EQ(status_.head.state, State::completed);
  EXPECT_EQ(status_.head.units_left, 0U);
}

TEST_F(RunProgress, OneUnitWorksOnAllFiles) {
  accept(false, 3);
  ASSERT_EQ(units_.size(), 1U);
  for (const auto& file : status_.files) {
    EXPECT_EQ(file.state, State::processing);
  }
  end(0, ended::Completed{});
  for (const auto& file : status_.files) {
    EXPECT_EQ(file.state, State::completed);
  }
}

TEST_F(RunProgress, AFileThatFailsIsThatFilesError) {
  accept(true, 3);
  ASSERT_EQ(units_.size(), 3U);
  EXPECT_EQ(units_[2].file, 2U);
  end(0, ended::Refused{{ErrorCode::command_failed, "exit code 65"}});
  EXPECT_EQ(status_.head.state, State::processing);
  EXPECT_EQ(status_.files[0].state, State::failed);
  EXPECT_EQ(status_.files[0].error, ErrorCode::command_failed);
  end(1, ended::Completed{});
  end(2, ended::Completed{});
  EXPECT_EQ(status_.head.state, State::completed);
  ASSERT_EQ(status_.warnings.size(), 1U);
  EXPECT_EQ(status_.warnings[0].file, 0U);
}

TEST_F(RunProgress, TheJobFailsWhenNoFileIsLeft) {
  accept(true, 2);
  end(1, ended::Refused{{ErrorCode::command_failed, "second"}});
  end(0, ended::Refused{{ErrorCode::command_failed, "first"}});
  EXPECT_EQ(status_.head.state, State::failed);
  EXPECT_EQ(status_.head.error, ErrorCode::command_failed);
  EXPECT_EQ(status_.detail, "first");
}

TEST_F(RunProgress, ABadEndIsTriedAgainUntilNoTryIsLeft) {
  accept(false, 1);
  EXPECT_TRUE(end(0, failed).unit_goes_on);
  EXPECT_EQ(units_[0].attempt, 2U);
  EXPECT_EQ(status_.head.state, State::pending);
  EXPECT_EQ(status_.files[0].state, State::pending);
  begin_all();
  EXPECT_FALSE(end(0, failed).unit_goes_on);
  EXPECT_EQ(status_.head.state, State::failed);
  EXPECT_EQ(status_.detail, "exit code 3 (given up after 2 tries)");
  EXPECT_EQ(status_.files[0].state, State::failed);
}

TEST_F(RunProgress, WhatRepeatsIsNotTriedAgain) {
  accept(false, 0);
  EXPECT_FALSE(end(0, ended::Failed{{ErrorCode::out_of_memory, "too much"}, true}).unit_goes_on);
  EXPECT_EQ(status_.head.error, ErrorCode::out_of_memory);
}

TEST_F(RunProgress, AReleasedUnitCostsNoTry) {
  accept(false, 0);
  EXPECT_TRUE(end(0, ended::Released{}).unit_goes_on);
  for (int i = 0; i < 30; ++i) {
    begin_all();
    EXPECT_TRUE(end(0, ended::Released{.owner_lost = true}).unit_goes_on) << i;
  }
  begin_all();
  EXPECT_TRUE(end(0, ended::Postponed{{ErrorCode::io, "no descriptors"}}).unit_goes_on);
  EXPECT_EQ(units_[0].failures, 0U);
  EXPECT_EQ(status_.head.state, State::pending);
  EXPECT_GT(units_[0].not_before_s, 0U);
}

TEST_F(RunProgress, ATryMayHaveToWait) {
  accept(false, 0);
  EXPECT_TRUE(end(0, ended::Failed{.error = {ErrorCode::upstream_failed, "503"}, .pause_s = 120}).unit_goes_on);
  EXPECT_EQ(units_[0].failures, 1U);
  EXPECT_GE(units_[0].not_before_s, 120U);
}

TEST_F(RunProgress, AnEndThatARunCannotHaveIsABadOne) {
  accept(false, 1);
  EXPECT_TRUE(end(0, ended::Probed{.total_pages = 3, .ranges = {}}).unit_goes_on);
  begin_all();
  end(0, ended::RangeDone{});
  EXPECT_EQ(status_.head.error, ErrorCode::crashed);
}

TEST_F(RunProgress, StepsNeverDecrease) {
  accept(false, 1);
  ASSERT_TRUE(record_steps(status_, units_[0], {.processed = 3, .total = 10, .message = "working"}, now));
  EXPECT_EQ(status_.head.processed_pages, 3U);
  EXPECT_EQ(status_.head.total_pages, 10U);
  EXPECT_EQ(status_.detail, "working");
  ASSERT_TRUE(record_steps(status_, units_[0], {.processed = 1, .total = 10, .message = ""}, now));
  EXPECT_EQ(status_.head.processed_pages, 3U);
  EXPECT_EQ(status_.detail, "working") << "what says nothing takes nothing back";
  ASSERT_TRUE(record_steps(status_, units_[0], {.processed = 12, .total = 0, .message = ""}, now));
  EXPECT_EQ(status_.head.total_pages, 12U);
  end(0, ended::Completed{});
  EXPECT_EQ(status_.head.processed_pages, 12U);
  EXPECT_EQ(status_.detail, "");
}

TEST_F(RunProgress, StepsOfFilesAreSummedUp) {
  accept(true, 2);
  ASSERT_TRUE(record_steps(status_, units_[0], {.processed = 1, .total = 4, .message = ""}, now));
  ASSERT_TRUE(record_steps(status_, units_[1], {.processed = 2, .total = 6, .message = ""}, now));
  EXPECT_EQ(status_.files[1].processed_pages, 2U);
  EXPECT_EQ(status_.head.processed_pages, 3U);
  EXPECT_EQ(status_.head.total_pages, 10U);
  end(0, ended::Completed{});
  EXPECT_EQ(status_.head.processed_pages, 6U);
}

TEST_F(RunProgress, StepsAreOfWhatRuns) {
  accept(false, 0);
  auto probe = units_[0];
  probe.kind = UnitKind::assemble;
  EXPECT_FALSE(record_steps(status_, probe, {.processed = 1, .total = 1, .message = ""}, now));
  end(0, ended::Completed{});
  EXPECT_FALSE(record_steps(status_, units_[0], {.processed = 1, .total = 1, .message = ""}, now));
}

}  // namespace
}  // namespace docket
