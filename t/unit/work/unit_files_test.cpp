#include "work/unit_files.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(OwnError, WaitsForWhatTheMachineLacks) {
  for (const auto code : {ErrorCode::io, ErrorCode::store_unavailable, ErrorCode::store_full}) {
    const auto end = end_of_own_error({code, "openat: Too many open files"});
    const auto* postponed = std::get_if<ended::Postponed>(&end);
    ASSERT_NE(postponed, nullptr);
    EXPECT_EQ(postponed->error.detail, "openat: Too many open files");
  }
}

TEST(OwnError, IsATryWhereWaitingMendsNothing) {
  for (const auto code : {ErrorCode::not_found, ErrorCode::bad_record, ErrorCode::illegal_change, ErrorCode::crashed}) {
    const auto end = end_of_own_error({code, "it is gone"});
    const auto* failed = std::get_if<ended::Failed>(&end);
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->error.code, ErrorCode::crashed);
    EXPECT_EQ(failed->error.detail, "it is gone");
  }
}

}  // namespace
}  // namespace docket
