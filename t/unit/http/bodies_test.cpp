// The JSON that clients get: status, lists, problems.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "job/codec.h"
#include "http/body/problem.h"
#include "http/body/status_body.h"
#include "http/body/tasks_body.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view id_text = "0192d3a4-5b6c-7d8e-9f01-23456789abcd";
constexpr std::int64_t created = 1'795'212'062'123;  // 2026-11-20T22:01:02.123Z

const JobId id = *JobId::parse(id_text);

Status processing() {
  Status status;
  status.result_url = "/result/";
  status.head.state = State::processing;
  status.head.file_count = 1;
  status.head.total_pages = 12;
  status.head.processed_pages = 5;
  status.head.formats.add(Format::markdown);
  status.head.formats.add(Format::json);
  status.head.change = 77;
  status.head.created_ms = created;
  status.head.started_ms = created + 1;
  status.head.updated_ms = created + 10'000;
  FileStatus file;
  file.filename = "scan \"1\".pdf";
  file.type = MediaType::pdf;
  file.state = State::processing;
  file.total_pages = 12;
  file.processed_pages = 5;
  file.size = 81'234;
  file.sha256.fill(0xAB);
  status.files.push_back(file);
  return status;
}

/// Calls `use` with the status as it is stored and read.
template <class Use>
auto with_view(const Status& status, Use&& use) {
  const auto bytes = encode(status);
  const auto view = StatusView::parse(bytes);
  EXPECT_TRUE(view);
  return use(*view);
}

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
  status.error_detail = "The document needs a \"password\".";
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
  status.error_detail = "It is no \"PDF\".";
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

TEST(TasksList, ReadsItsQuery) {
  EXPECT_EQ(parse_tasks_query(Query("")).value(), TasksQuery{});
  EXPECT_EQ(parse_tasks_query(Query("limit=&status=&ids=&cursor=&other=x")).value(), TasksQuery{});
  const auto query = parse_tasks_query(
      Query("limit=1000&status=pending,%20failed&ids=" + std::string(id_text) + "&cursor=" + encode_cursor(id)));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->limit, 1000U);
  EXPECT_EQ(query->states, 0b1001);
  EXPECT_EQ(query->ids, std::vector<JobId>{id});
  EXPECT_EQ(query->before, id);
}

TEST(TasksList, RefusesWhatItDoesNotKnow) {
  std::string many = "ids=";
  for (int i = 0; i < 101; ++i) {
    many += std::string(id_text) + ",";
  }
  for (const auto& bad : {std::string("limit=0"), std::string("limit=1001"), std::string("limit=x"),
                          std::string("limit=-1"), std::string("status=done"), std::string("status=pending,Failed"),
                          std::string("ids=x"), std::string("cursor=x"), many}) {
    const auto query = parse_tasks_query(Query(bad));
    ASSERT_FALSE(query) << bad;
    EXPECT_EQ(query.error().code, ErrorCode::bad_option);
  }
}

TEST(TasksList, CursorsComeBack) {
  for (std::int64_t ms = 0; ms < 200; ++ms) {
    const auto made = JobId::make(created + ms);
    const auto text = encode_cursor(made);
    EXPECT_EQ(text.size(), 22U);
    EXPECT_EQ(percent_decode(text, true), text);
    EXPECT_EQ(decode_cursor(text).value(), made);
  }
  auto text = encode_cursor(id);
  for (const auto& bad : {std::string(), text + "A", text.substr(1), std::string(22, 'A'), text.substr(0, 21) + "_",
                          text.substr(0, 21) + "+"}) {
    ASSERT_FALSE(decode_cursor(bad)) << bad;
    EXPECT_EQ(decode_cursor(bad).error().code, ErrorCode::bad_option);
  }
}

TEST(TasksList, IsWrittenPieceByPiece) {
  std::string out;
  TasksBody none(out);
  none.end(std::nullopt);
  EXPECT_EQ(out, R"({"tasks":[],"count":0,"next_cursor":null})");
  out.clear();
  with_view(processing(), [&](const StatusView& view) {
    TasksBody two(out);
    two.add(id, view, {});
    two.add(id, view, {});
    two.end(id);
  });
  const auto value = json::parse(out);
  EXPECT_EQ(value["count"], 2);
  EXPECT_EQ(value["tasks"].size(), 2U);
  EXPECT_EQ(value["tasks"][1]["job_id"], id_text);
  EXPECT_FALSE(value["tasks"][0].contains("files"));
  EXPECT_EQ(decode_cursor(value["next_cursor"].get<std::string>()).value(), id);
}

TEST(TasksList, LinksToTheNext) {
  TasksQuery query;
  query.limit = 20;
  EXPECT_EQ(next_link("/tasks", query, id), "</tasks?limit=20&cursor=" + encode_cursor(id) + ">; rel=\"next\"");
  query.states = 0b0110;
  EXPECT_EQ(
      next_link("/a b>\"\r\n%20", query, id),
      "</a%20b%3E%22%0D%0A%20?limit=20&status=processing,completed&cursor=" + encode_cursor(id) + ">; rel=\"next\"");
}

// ---- Problems

TEST(Problems, AreAsDocumented) {
  std::string out;
  append_problem(out, Error{ErrorCode::too_many_files, "More than 32 files (docket_max_files)."});
  EXPECT_EQ(out,
            R"({"type":"about:blank","title":"Content Too Large","detail":"More than 32 files (docket_max_files).",)"
            R"("code":"too_many_files"})");
  out.clear();
  append_problem(out, 414, "bad_request", "\"long\"");
  EXPECT_EQ(out, R"({"type":"about:blank","title":"URI Too Long","detail":"\"long\"","code":"bad_request"})");
}

TEST(Problems, KeepTheHousesOwnToItself) {
  for (const auto code : {ErrorCode::io, ErrorCode::lease_lost, ErrorCode::engine_lost, ErrorCode::bad_record,
                          ErrorCode::illegal_change, ErrorCode::none}) {
    std::string out;
    append_problem(out, Error{code, "open /secret/path: no"});
    EXPECT_EQ(json::parse(out)["code"], "internal");
    EXPECT_EQ(out.find("secret"), std::string::npos);
    EXPECT_EQ(http_status(code), 500U);
  }
}

TEST(Problems, OfAJobTellWhichAndWhy) {
  Status status = processing();
  status.head.state = State::failed;
  status.head.error = ErrorCode::unsupported_type;  // a 415 as a request's, not as a job's
  status.error_detail = "No reader.";
  const auto out = with_view(status, [](const StatusView& view) {
    std::string text;
    append_job_problem(text, id, view);
    return text;
  });
  EXPECT_EQ(out,
            R"({"type":"about:blank","title":"Unprocessable Content","detail":"No reader.","code":"unsupported_type",)"
            R"("job_id":"0192d3a4-5b6c-7d8e-9f01-23456789abcd","job_status":"failed","error_message":"No reader."})");
}

TEST(Problems, HaveTheDocumentedStatus) {
  const std::vector<std::pair<unsigned, std::vector<ErrorCode>>> table{
      {400,
       {ErrorCode::bad_multipart, ErrorCode::bad_option, ErrorCode::no_file, ErrorCode::empty_file,
        ErrorCode::bad_request}},
      {401, {ErrorCode::unauthorized}},
      {403, {ErrorCode::forbidden_option, ErrorCode::cross_origin, ErrorCode::forbidden}},
      {404, {ErrorCode::not_found}},
      {405, {ErrorCode::method_not_allowed}},
      {406, {ErrorCode::not_acceptable}},
      {409, {ErrorCode::key_in_use}},
      {413, {ErrorCode::too_large, ErrorCode::too_many_files, ErrorCode::too_many_fields}},
      {415, {ErrorCode::unsupported_type}},
      {422,
       {ErrorCode::key_reused, ErrorCode::encrypted, ErrorCode::cancelled, ErrorCode::crashed, ErrorCode::timeout}},
      {503, {ErrorCode::queue_full, ErrorCode::store_unavailable}},
      {507, {ErrorCode::store_full}},
  };
  for (const auto& [status, codes] : table) {
    for (const auto code : codes) {
      EXPECT_EQ(http_status(code), status) << word(code);
      EXPECT_EQ(title(code), status_phrase(status));
      EXPECT_NE(title(code), "Error");
      EXPECT_EQ(public_code(code), word(code));
    }
  }
}

}  // namespace
}  // namespace docket::http
