// What is to be done after a request to another server ended.
#include "work/upstream/upstream_run.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using Next = Verdict::Next;

constexpr Limits limits{.unit_ms = 60'000, .attempts = 3};

UpstreamWork work_of(std::string method) {
  UpstreamWork work;
  work.method = std::move(method);
  return work;
}

TransferEnd answer(unsigned status, std::optional<std::uint32_t> retry_after_s = std::nullopt) {
  TransferEnd end;
  end.status = status;
  end.sent = true;
  end.retry_after_s = retry_after_s;
  return end;
}

TransferEnd no_answer(bool sent, bool timed_out = false) {
  TransferEnd end;
  end.sent = sent;
  end.timed_out = timed_out;
  end.problem = "gone";
  return end;
}

TEST(Judge, KeepsAnAnswerOfAnyStatus) {
  for (const unsigned status : {200U, 204U, 301U, 404U, 500U, 503U}) {
    EXPECT_EQ(judge(answer(status), work_of("POST"), limits, 2).next, Next::keep) << status;
  }
}

TEST(Judge, SendsAgainWhatWasNotSent) {
  for (const auto* method : {"GET", "POST", "PATCH", "LOCK"}) {
    const auto verdict = judge(no_answer(false), work_of(method), limits, 2);
    EXPECT_EQ(verdict.next, Next::retry) << method;
    EXPECT_EQ(verdict.error.code, ErrorCode::upstream_failed);
    EXPECT_NE(verdict.error.detail.find("could not be sent"), std::string::npos);
  }
}

TEST(Judge, SendsAgainWhatWasSentOnlyWithIdempotentMethods) {
  for (const auto* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    EXPECT_EQ(judge(no_answer(true), work_of(method), limits, 2).next, Next::retry) << method;
  }
  for (const auto* method : {"POST", "PATCH", "LOCK", "get"}) {
    EXPECT_EQ(judge(no_answer(true), work_of(method), limits, 2).next, Next::fail) << method;
  }
}

TEST(Judge, SaysWhichLimitWasPassed) {
  const auto verdict = judge(no_answer(true, true), work_of("POST"), limits, 2);
  EXPECT_EQ(verdict.next, Next::fail);
  EXPECT_EQ(verdict.error.code, ErrorCode::timeout);
  EXPECT_NE(verdict.error.detail.find("60 s (docket_unit_timeout)"), std::string::npos) << verdict.error.detail;
}

TEST(Judge, ComesAgainWhereTheServerAsksForIt) {
  for (const unsigned status : {429U, 503U}) {
    const auto verdict = judge(answer(status, 7), work_of("POST"), limits, 2);
    EXPECT_EQ(verdict.next, Next::retry) << status;
    EXPECT_EQ(verdict.wait, std::chrono::seconds(7));
    EXPECT_EQ(judge(answer(status, 7), work_of("POST"), limits, 0).next, Next::keep) << "the last try";
    EXPECT_EQ(judge(answer(status, 61), work_of("POST"), limits, 2).next, Next::keep) << "longer than a unit may take";
  }
  EXPECT_EQ(judge(answer(500, 7), work_of("POST"), limits, 2).next, Next::keep);
}

TEST(Judge, FailsWhereTheOperatorSaysSo) {
  auto work = work_of("POST");
  work.failing = 1U << 5U;
  EXPECT_EQ(judge(answer(500), work, limits, 2).next, Next::fail);
  EXPECT_EQ(judge(answer(503, 1), work, limits, 2).next, Next::retry);
  EXPECT_EQ(judge(answer(503, 1), work, limits, 0).next, Next::fail);
  EXPECT_EQ(judge(answer(404), work, limits, 2).next, Next::keep);
}

}  // namespace
}  // namespace docket
