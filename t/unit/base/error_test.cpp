#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

namespace docket {
namespace {

TEST(ErrorCode, EveryWordIsItsCodesAlone) {
  std::set<std::string_view> seen;
  for (std::uint16_t number = 0; number < 200; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    const auto text = to_string(code);
    // These two have the words of queue_full and not_found, with another status or detail.
    if (text == "unknown" || code == ErrorCode::owner_queue_full || code == ErrorCode::no_such_result) {
      continue;
    }
    EXPECT_TRUE(seen.insert(text).second) << text;
    EXPECT_EQ(error_code_of(text), code);
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << text;
  }
  EXPECT_EQ(seen.size(), 42U);
}

TEST(ErrorCode, NumbersOfStoredRecordsStay) {
  // The numbers stand in stores that exist: a change here is a change of format.
  EXPECT_EQ(to_string(static_cast<ErrorCode>(0)), "none");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(1)), "encrypted");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(7)), "timeout");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(10)), "cancelled");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(13)), "unsupported_type");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(44)), "not_found");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(57)), "store_unavailable");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(83)), "bad_record");
}

TEST(ErrorCode, UnknownNumbersAndWordsAreSaidToBeUnknown) {
  EXPECT_EQ(to_string(static_cast<ErrorCode>(9999)), "unknown");
  EXPECT_FALSE(error_code_of("unknown"));
  EXPECT_FALSE(error_code_of(""));
  EXPECT_FALSE(error_code_of("Timeout"));
}

TEST(Error, FailMakesAnUnexpectedValue) {
  const Result<int> result = fail(ErrorCode::too_large, "too much");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{ErrorCode::too_large, "too much"}));
}

TEST(Error, FailErrnoNamesTheCallAndTheReason) {
  const Result<void> result = fail_errno("openat", ENOENT);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::io);
  EXPECT_EQ(result.error().detail, "openat: No such file or directory");
}

}  // namespace
}  // namespace docket
