#include "http/body/tasks_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/body/status_example.h"

namespace docket::http {
namespace {

using namespace test;
using nlohmann::json;

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

}  // namespace
}  // namespace docket::http
