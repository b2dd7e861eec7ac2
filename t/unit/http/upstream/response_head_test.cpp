// The head of another server's answer, and what it says of its progress.
#include "http/upstream/response_head.h"

#include <gtest/gtest.h>

#include "http/upstream/hop_by_hop.h"
#include "http/upstream/progress_body.h"

namespace docket::http {
namespace {

TEST(ResponseHead, KeepsWhatIsPassedOn) {
  const auto head = parse_response_head("HTTP/1.1 404 Not Found\nX-A: 1\nSet-Cookie: a=b\nset-cookie: c=d\nX-Empty:\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 404U);
  EXPECT_EQ(head->fields,
            (std::vector<ResponseField>{{"X-A", "1"}, {"Set-Cookie", "a=b"}, {"set-cookie", "c=d"}, {"X-Empty", ""}}));
}

TEST(ResponseHead, LeavesOutWhatIsTheConnectionsAndNginxs) {
  const auto head = parse_response_head(
      "HTTP/1.1 200 OK\nConnection: close, X-Mine\nX-Mine: 1\nTransfer-Encoding: chunked\nContent-Length: 5\nDate: "
      "now\n"
      "Server: S\nX-Accel-Redirect: /secret\nX-Content-Type-Options: none\nUpgrade: h2c\nKeep-Alive: 5\nX-Stays: 1\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->fields, (std::vector<ResponseField>{{"X-Stays", "1"}}));
}

TEST(ResponseHead, LeavesOutWhatIsNotWellFormed) {
  const auto head = parse_response_head(
      "HTTP/1.1 200 OK\nX A: 1\n: 2\nno colon\nX-Cr: a\rSet-Cookie: b\nX-Nul: \x01\nX-Tab: a\tb\n continued: 1\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->fields, (std::vector<ResponseField>{{"X-Tab", "a\tb"}}));
}

TEST(ResponseHead, IsNoneWithoutAStatus) {
  for (const auto* text : {"", "X: 1\n", "HTTP/1.1\n", "HTTP/1.1 abc\n", "HTTP/1.1 100 Continue\n", "HTTP/1.1 600 No\n",
                           "HTTP/1.1 99\n"}) {
    EXPECT_FALSE(parse_response_head(text)) << text;
  }
  EXPECT_EQ(parse_response_head("HTTP/1.1 200")->status, 200U);
}

TEST(HopByHop, AreTheKnownAndTheNamed) {
  const HopByHop fields("close, X-Own ,, TE");
  for (const auto* name : {"connection", "Connection", "TE", "Transfer-Encoding", "upgrade", "x-own", "close"}) {
    EXPECT_TRUE(fields.has(name)) << name;
  }
  for (const auto* name : {"", "X-Other", "Content-Length", "X-Own2"}) {
    EXPECT_FALSE(fields.has(name)) << name;
  }
}

TEST(ProgressBody, HasCountsAndAMessage) {
  const auto steps = parse_progress(R"({"processed": 3, "total": 10, "message": "é", "other": []})");
  ASSERT_TRUE(steps);
  EXPECT_EQ(*steps, (Steps{.processed = 3, .total = 10, .message = "é"}));
  EXPECT_EQ(*parse_progress(R"({"processed": null})"), Steps{});
  EXPECT_EQ(*parse_progress("{}"), Steps{});
}

TEST(ProgressBody, IsNothingElse) {
  for (const auto* body :
       {"", "3/10", "[]", "{", R"({"processed": -1})", R"({"processed": 1.5})", R"({"processed": 4294967296})",
        R"({"total": "3"})", R"({"message": 1})", "{\"message\": \"\xff\"}"}) {
    const auto steps = parse_progress(body);
    ASSERT_FALSE(steps) << body;
    EXPECT_EQ(steps.error().code, ErrorCode::bad_request);
  }
}

}  // namespace
}  // namespace docket::http
