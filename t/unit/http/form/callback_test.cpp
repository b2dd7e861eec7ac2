// Callbacks: their URLs, what receivers are told, and the list of deliveries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/body/callback_body.h"
#include "http/form/callback_url.h"
#include "http/form/submit_options.h"

namespace docket::http {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view id_text = "0192d3a4-5b6c-7d8e-9f01-23456789abcd";
const JobId id = *JobId::parse(id_text);
constexpr std::int64_t completed = 1'795'212'062'123;  // 2026-11-20T22:01:02.123Z

TEST(CallbackUrl, WhatIsOne) {
  for (const auto* url :
       {"http://a", "https://hooks.example/", "HTTPS://Hooks.Example:8443/a/b?c=d&e=%20", "http://127.0.0.1:9000/done",
        "http://[::1]/", "http://[::1]:80/", "http://[::ffff:127.0.0.1]:1/x", "http://a?b", "http://a_b.c-d.e:65535",
        "http://a/@b", "http://a/?u=http://x@y:1/"}) {
    EXPECT_TRUE(check_callback_url(url)) << url;
  }
}

TEST(CallbackUrl, WhatIsNone) {
  for (const auto* url : {"",
                          "a",
                          "//a",
                          "http:",
                          "http://",
                          "http:///a",
                          "http:/a",
                          "ftp://a/",
                          "file:///etc/passwd",
                          "javascript:1",
                          "http://u@a/",
                          "http://u:p@a/",
                          "http://@a/",
                          "http://a:/",
                          "http://a:0/",
                          "http://a:65536/",
                          "http://a:8x/",
                          "http://a:80:80/",
                          "http://[::1/",
                          "http://[]/",
                          "http://[g::1]/",
                          "http://[::1]x/",
                          "http://a b/",
                          "http://a/ ",
                          "http://a/\n",
                          "http://a/\x7F",
                          "http://\xC3\xA4.example/",
                          "http://a\\@b/",
                          "http://a/#b",
                          "http://a%2eb/",
                          "http://?a",
                          " http://a/"}) {
    const auto checked = check_callback_url(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, ErrorCode::bad_option);
  }
  EXPECT_TRUE(check_callback_url("http://a/" + std::string(max_callback_url - 9, 'x')));
  EXPECT_FALSE(check_callback_url("http://a/" + std::string(max_callback_url - 8, 'x')));
}

TEST(CallbackUrl, AnOptionNamesItself) {
  RawOptions raw;
  EXPECT_EQ(callback_url_of(raw).value(), "");
  raw[Option::callback_url] = "http://a/";
  EXPECT_EQ(callback_url_of(raw).value(), "http://a/");
  raw[Option::callback_url] = "http://me:secret@a/";
  const auto refused = callback_url_of(raw);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("callback_url"));
  EXPECT_THAT(refused.error().detail, testing::Not(testing::HasSubstr("secret")));
}

Status finished() {
  Status status;
  status.result_url = "/result/";
  status.head.state = State::completed;
  status.head.file_count = 2;
  status.head.total_pages = status.head.processed_pages = 3;
  status.head.formats.add(Format::text);
  status.head.created_ms = completed - 2000;
  status.head.started_ms = completed - 1000;
  status.head.completed_ms = status.head.updated_ms = completed;
  for (const auto* name : {"a \"b\".pdf", "c.pdf"}) {
    FileStatus file;
    file.filename = name;
    status.files.push_back(file);
  }
  return status;
}

ordered_json told(const Status& status) {
  const auto bytes = encode(status);
  std::string out;
  append_callback(out, id, *StatusView::parse(bytes));
  return ordered_json::parse(out);
}

TEST(CallbackBody, IsTheStatusInAnEnvelope) {
  const auto body = told(finished());
  std::vector<std::string> names;
  for (const auto& [name, value] : body.items()) {
    names.push_back(name);
  }
  EXPECT_THAT(names, testing::ElementsAre("type", "timestamp", "data", "id", "data_file_name", "status"));
  EXPECT_EQ(body["type"], "job.completed");
  EXPECT_EQ(body["timestamp"], "2026-11-20T22:01:02.123Z");
  EXPECT_EQ(body["id"], id_text);
  EXPECT_EQ(body["data_file_name"], "a \"b\".pdf");
  EXPECT_EQ(body["status"], "completed");
  const auto& data = body["data"];
  EXPECT_EQ(data["job_id"], id_text);
  EXPECT_EQ(data["final"], true);
  EXPECT_EQ(data["results"], json({{"text", "/result/" + std::string(id_text) + "/text"}}));
  EXPECT_FALSE(data.contains("files"));
  EXPECT_FALSE(data.contains("fields"));
}

TEST(CallbackBody, OfAFailedJobWithoutFiles) {
  auto status = finished();
  status.files.clear();
  status.head.file_count = 0;
  status.head.state = State::failed;
  status.head.error = ErrorCode::cancelled;
  const auto body = told(status);
  EXPECT_EQ(body["type"], "job.failed");
  EXPECT_EQ(body["status"], "failed");
  EXPECT_TRUE(body["data_file_name"].is_null());
  EXPECT_EQ(body["data"]["error"]["code"], "cancelled");
  EXPECT_EQ(callback_event(State::failed), "failed");
}

TEST(CallbackBody, ListOfDeliveries) {
  std::string none;
  append_deliveries(none, id, State::pending, std::nullopt);
  EXPECT_EQ(json::parse(none), json({{"job_id", id_text}, {"callbacks", json::array()}, {"count", 0}}));

  Delivery delivery;
  delivery.due_ms = completed + 5000;
  delivery.attempts = 2;
  delivery.last = {{.at_ms = completed, .took_ms = 12, .code = 500, .error = DeliveryError::status},
                   {.at_ms = completed + 1, .took_ms = 20'000, .code = 0, .error = DeliveryError::timeout}};
  std::string out;
  append_deliveries(out, id, State::completed, delivery);
  const auto list = json::parse(out);
  EXPECT_EQ(list["count"], 1);
  const auto& one = list["callbacks"][0];
  EXPECT_EQ(one["webhook_id"], std::string(id_text) + "-completed");
  EXPECT_EQ(one["type"], "job.completed");
  EXPECT_EQ(one["state"], "waiting");
  EXPECT_EQ(one["next_attempt_at"], "2026-11-20T22:01:07.123Z");
  EXPECT_EQ(one["attempt_count"], 2);
  EXPECT_EQ(one["attempts"], json::parse(R"([
    {"time": "2026-11-20T22:01:02.123Z", "duration_ms": 12, "code": 500, "error": "status"},
    {"time": "2026-11-20T22:01:02.124Z", "duration_ms": 20000, "code": null, "error": "timeout"}])"));

  delivery.state = DeliveryState::delivered;
  delivery.last = {{.at_ms = completed, .took_ms = 12, .code = 204, .error = DeliveryError::none}};
  out.clear();
  append_deliveries(out, id, State::completed, delivery);
  const auto done = json::parse(out)["callbacks"][0];
  EXPECT_EQ(done["state"], "delivered");
  EXPECT_TRUE(done["next_attempt_at"].is_null());
  EXPECT_TRUE(done["attempts"][0]["error"].is_null());
}

}  // namespace
}  // namespace docket::http
