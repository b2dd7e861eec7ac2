#include "http/body/status_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/body/status_example.h"

namespace docket::http {
namespace {

using namespace test;
using nlohmann::json;
using nlohmann::ordered_json;

std::string body(const Status& status, std::string_view fields = {}, const QueueCounts& counts = {},
                 StatusParts parts = StatusParts::all) {
  return with_view(status, [&](const StatusView& view) {
    std::string out;
    append_status(out, id, view, fields, counts, parts);
    return out;
  });
}

json parsed(const Status& status, const QueueCounts& counts = {}) {
  return json::parse(body(status, {}, counts));
}

TEST(StatusBody, IsExactlyAsDocumented) {
  std::string sha;
  for (int i = 0; i < 32; ++i) {
    sha += "ab";
  }
  EXPECT_EQ(body(processing(), R"({"a":1})"),
            R"({"job_id":"0192d3a4-5b6c-7d8e-9f01-23456789abcd","status":"processing","final":false,)"
            R"("message":"Processing: 5 of 12 pages done.","filename":"scan \"1\".pdf","total_pages":12,)"
            R"("processed_pages":5,"percent_complete":41.67,"queue_position":null,"attempts":1,)"
            R"("created_at":"2026-11-20T22:01:02.123Z","started_at":"2026-11-20T22:01:02.124Z",)"
            R"("updated_at":"2026-11-20T22:01:12.123Z","completed_at":null,"expires_at":null,)"
            R"("error_message":null,"error":null,"warnings":[],)"
            R"("files":[{"filename":"scan \"1\".pdf","content_type":"application/pdf","size":81234,"sha256":")" +
                sha +
                R"(","status":"processing","total_pages":12,"processed_pages":5,"error":null}],"fields":{"a":1},)"
                R"("results":{"markdown":"/result/0192d3a4-5b6c-7d8e-9f01-23456789abcd/markdown",)"
                R"("json":"/result/0192d3a4-5b6c-7d8e-9f01-23456789abcd/json"}})");
}

TEST(StatusBody, AppendsAndFillsWhatIsMissing) {
  Status status;
  status.result_url = "/r/";
  std::string out = "before";
  with_view(status, [&](const StatusView& view) { append_status(out, id, view, {}, {}); });
  ASSERT_TRUE(out.starts_with("before{"));
  const auto value = json::parse(out.substr(6));
  EXPECT_EQ(value["status"], "pending");
  EXPECT_EQ(value["filename"], nullptr);
  EXPECT_EQ(value["total_pages"], 0);
  EXPECT_EQ(value["percent_complete"], 0);
  EXPECT_EQ(value["fields"], json::object());
  EXPECT_EQ(value["results"], json::object());
  EXPECT_EQ(value["files"], json::array());
}

TEST(StatusBody, InListsIsWithoutFieldsFilesAndResults) {
  const auto all = ordered_json::parse(body(processing()));
  const auto listed = ordered_json::parse(body(processing(), {}, {}, StatusParts::listed));
  auto wanted = all;
  wanted.erase("files");
  wanted.erase("fields");
  wanted.erase("results");
  EXPECT_EQ(listed.dump(), wanted.dump());
}

TEST(StatusBody, EstimatesThePlaceInTheQueue) {
  Status status = processing();
  status.head.state = State::pending;
  status.head.accept_no = 10;
  QueueCounts counts;
  counts.started = 4;
  EXPECT_EQ(parsed(status, counts)["queue_position"], 7);
  counts.started = 10;
  EXPECT_EQ(parsed(status, counts)["queue_position"], 1);
  counts.started = 99;  // overtaken
  EXPECT_EQ(parsed(status, counts)["queue_position"], 1);
  status.head.state = State::completed;
  EXPECT_EQ(parsed(status, counts)["queue_position"], nullptr);
}

TEST(StatusBody, ReachesOneHundredPercentOnlyWhenCompleted) {
  StatusHead head;
  head.state = State::processing;
  EXPECT_EQ(percent_hundredths(head), 0U);
  head.total_pages = 3;
  head.processed_pages = 2;
  EXPECT_EQ(percent_hundredths(head), 6667U);
  head.processed_pages = 3;
  EXPECT_EQ(percent_hundredths(head), 9999U);
  head.processed_pages = 4;
  EXPECT_EQ(percent_hundredths(head), 9999U);
  head.total_pages = 4'000'000'000;
  head.processed_pages = 3'999'999'999;
  EXPECT_EQ(percent_hundredths(head), 9999U);
  head.state = State::failed;
  EXPECT_EQ(percent_hundredths(head), 9999U);
  head.state = State::completed;
  EXPECT_EQ(percent_hundredths(head), 10000U);
}

TEST(StatusBody, WritesHundredthsWithoutTrailingZeros) {
  Status status = processing();
  status.head.total_pages = 200;
  const auto percent = [&](std::uint32_t pages) {
    status.head.processed_pages = pages;
    const auto text = body(status);
    const auto at = text.find("\"percent_complete\":") + 19;
    return text.substr(at, text.find(',', at) - at);
  };
  EXPECT_EQ(percent(0), "0");
  EXPECT_EQ(percent(1), "0.5");
  EXPECT_EQ(percent(100), "50");
  status.head.total_pages = 10'000;
  EXPECT_EQ(percent(1), "0.01");
  EXPECT_EQ(percent(1005), "10.05");
  EXPECT_EQ(percent(10'000), "99.99");
  status.head.state = State::completed;
  EXPECT_EQ(percent(10'000), "100");
}

TEST(StatusBody, SaysInWordsHowItStands) {
  Status status = processing();
  status.head.state = State::pending;
  EXPECT_EQ(parsed(status)["message"], "Waiting to be processed.");
  status.head.attempts = 2;
  EXPECT_EQ(parsed(status)["message"], "Waiting to be tried again.");
  status.head.state = State::processing;
  status.head.total_pages = 0;
  EXPECT_EQ(parsed(status)["message"], "Processing.");
  status.head.total_pages = 1;
  EXPECT_EQ(parsed(status)["message"], "Processing: 5 of 1 page done.");
  status.head.state = State::completed;
  EXPECT_EQ(parsed(status)["message"], "Completed.");
  status.head.total_pages = 12;
  status.head.failed_pages = 2;
  EXPECT_EQ(parsed(status)["message"], "Completed; 2 of 12 pages could not be processed.");
}

TEST(StatusBody, TellsWhyAJobFailed) {
  Status status = processing();
  status.head.state = State::failed;
  status.head.error = ErrorCode::encrypted;
  status.detail = "The document needs a \"password\".";
  status.files[0].state = State::failed;
  status.files[0].error = ErrorCode::encrypted;
  status.files[0].error_detail = "It is encrypted.";
  status.head.completed_ms = created;
  status.head.expires_ms = created + 7 * 86'400'000LL;
  const auto value = parsed(status);
  EXPECT_EQ(value["final"], true);
  EXPECT_EQ(value["message"], "Failed: The document needs a \"password\".");
  EXPECT_EQ(value["error_message"], "The document needs a \"password\".");
  EXPECT_EQ(value["error"], (json{{"code", "encrypted"}, {"detail", "The document needs a \"password\"."}}));
  EXPECT_EQ(value["files"][0]["error"], (json{{"code", "encrypted"}, {"detail", "It is encrypted."}}));
  EXPECT_EQ(value["results"], json::object());
  EXPECT_EQ(value["expires_at"], "2026-11-27T22:01:02.123Z");
  status.head.error = ErrorCode::cancelled;
  EXPECT_EQ(parsed(status)["message"], "Cancelled.");
}

TEST(StatusBody, ListsWarnings) {
  Status status = processing();
  status.warnings.push_back({0, 3, ErrorCode::timeout, "Page 3 took too long."});
  status.warnings.push_back({0, 0, ErrorCode::corrupt, "Odd."});
  status.head.warning_count = 2;
  EXPECT_EQ(parsed(status)["warnings"], json::parse(R"([{"code":"timeout","page":3,"detail":"Page 3 took too long."},
                                                        {"code":"corrupt","page":null,"detail":"Odd."}])"));
  status.head.warning_count = 45;
  status.head.file_count = 2;
  status.files.push_back(status.files[0]);
  EXPECT_EQ(parsed(status)["warnings"],
            json::parse(R"([{"code":"timeout","page":3,"file":0,"detail":"Page 3 took too long."},
                                                        {"code":"corrupt","page":null,"file":0,"detail":"Odd."},
                                                        {"code":"more_warnings","page":null,
                                                         "detail":"43 more warnings are not listed."}])"));
}

TEST(StatusBody, WritesTimes) {
  const auto text = [](std::int64_t ms) {
    std::string out;
    append_time(out, ms);
    return out;
  };
  EXPECT_EQ(text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(text(created), "2026-11-20T22:01:02.123Z");
  EXPECT_EQ(text(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(text(1'709'251'199'999), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(text(1'735'689'599'999), "2024-12-31T23:59:59.999Z");
  EXPECT_EQ(text(4'107'542'400'000), "2100-03-01T00:00:00.000Z");
  EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(text(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(StatusBody, EntityTagsAreOfTheChange) {
  StatusHead head;
  head.change = 77;
  EXPECT_EQ(status_etag(head.change), "W/\"77\"");
}

TEST(StatusBody, SaysWhenToAskAgain) {
  const auto seconds = [](const Status& status, const QueueCounts& counts = {}) {
    return with_view(status, [&](const StatusView& view) { return retry_after_seconds(view, counts); });
  };
  Status status = processing();  // 5 of 12 pages in 10 s: 14 s more
  EXPECT_EQ(seconds(status), 13U);
  status.head.total_pages = 2000;
  EXPECT_EQ(seconds(status), 30U);
  status.head.processed_pages = 0;
  EXPECT_EQ(seconds(status), 1U);
  status.head.state = State::pending;
  EXPECT_EQ(seconds(status), 1U);
  status.head.accept_no = 39;
  EXPECT_EQ(seconds(status), 10U);
  QueueCounts counts;
  counts.start_interval_us = 500'000;  // as measured lately
  EXPECT_EQ(seconds(status, counts), 20U);
  counts.start_interval_us = 1000;
  EXPECT_EQ(seconds(status, counts), 1U);
  status.head.accept_no = 1'000'000;
  EXPECT_EQ(seconds(status), 30U);
}

std::string progress(const Status& status) {
  return with_view(status, [](const StatusView& view) {
    std::string out;
    append_progress(out, view);
    return out;
  });
}

TEST(ProgressDialect, IsRunningUntilItIsReady) {
  auto status = processing();
  EXPECT_EQ(progress(status), R"({"state":"running","processed":5,"length_of_work":12,"percent_complete":41.67,)"
                              R"("hint":"Processing: 5 of 12 pages done."})");
  status.head.processed_pages = 12;
  EXPECT_EQ(json::parse(progress(status))["percent_complete"], 99.99);
  status.head.state = State::pending;
  status.head.processed_pages = status.head.total_pages = 0;
  EXPECT_EQ(progress(status), R"({"state":"running","processed":0,"length_of_work":0,"percent_complete":0,)"
                              R"("hint":"Waiting to be processed."})");
}

TEST(ProgressDialect, IsReadyHoweverItEnded) {
  auto status = processing();
  status.head.state = State::completed;
  status.head.processed_pages = 12;
  EXPECT_EQ(progress(status), R"({"state":"ready","processed":12,"length_of_work":12,"percent_complete":100,)"
                              R"("hint":"Completed."})");
  status.head.state = State::failed;
  status.head.processed_pages = 5;
  status.head.error = ErrorCode::cancelled;
  EXPECT_EQ(progress(status), R"({"state":"ready","processed":5,"length_of_work":12,"percent_complete":100,)"
                              R"("hint":"Cancelled."})");
  status.head.error = ErrorCode::corrupt;
  status.detail = "It is no \"PDF\".";
  EXPECT_EQ(json::parse(progress(status))["hint"], "Failed: It is no \"PDF\".");
}

TEST(ProgressDialect, IsTheOnlyOne) {
  EXPECT_EQ(status_dialect_of("progress"), StatusDialect::progress);
  for (const auto* const word : {"", "full", "Progress", "progress "}) {
    EXPECT_FALSE(status_dialect_of(word)) << word;
  }
}

TEST(UploadAnswer, IsAsDocumented) {
  std::string out;
  append_accepted(out, id, State::pending, "/result/", "scan \"1\".pdf");
  EXPECT_EQ(
      out, R"({"job_id":"0192d3a4-5b6c-7d8e-9f01-23456789abcd","status":"pending","message":"Processing initiated. )"
           R"(Use /result/0192d3a4-5b6c-7d8e-9f01-23456789abcd/status to check progress.","filename":"scan \"1\".pdf",)"
           R"("status_url":"/result/0192d3a4-5b6c-7d8e-9f01-23456789abcd/status"})");
  out.clear();
  append_accepted(out, id, State::pending, "/result/", std::nullopt);
  EXPECT_EQ(json::parse(out)["filename"], nullptr);
  out.clear();
  append_status_url(out, "/result/", id);
  EXPECT_EQ(out, "/result/0192d3a4-5b6c-7d8e-9f01-23456789abcd/status");
}

TEST(DeleteAnswer, IsAsDocumented) {
  std::string out;
  append_deleted(out, id);
  EXPECT_EQ(out, R"({"job_id":"0192d3a4-5b6c-7d8e-9f01-23456789abcd","status":"deleted"})");
}

// ---- Lists

}  // namespace
}  // namespace docket::http
