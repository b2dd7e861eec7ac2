// What is told of a job, as server-sent events.
#include "http/stream/event_stream.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket::http {
namespace {

class EventStream : public ::testing::Test {
 protected:
  EventStream() {
    status_.head.state = State::processing;
    status_.head.total_pages = 7;
    status_.head.change = 90;
    status_.files.resize(2);
    status_.files[0].filename = "first.pdf";
    status_.files[0].total_pages = 4;
    status_.files[1].filename = "second \"one\".pdf";
    status_.files[1].total_pages = 3;
    status_.files[1].size = 1234;
    status_.files[1].state = State::completed;
    status_.head.file_count = 2;
    stored_ = encode(status_);
  }

  std::pair<std::string, nlohmann::json> data_of(JobEventKind kind, std::uint16_t file = 0, std::uint32_t page = 0) {
    std::string data;
    const auto name = append_change_data(data, {.owner = {}, .job = id_, .kind = kind, .file = file, .page = page},
                                         StatusView::parse(stored_).value(), "", {});
    return {std::string(name), nlohmann::json::parse(data)};
  }

  JobId id_ = JobId::parse("0192ab34-0000-7000-8000-000000000001").value();
  Status status_;
  std::string stored_;
};

TEST_F(EventStream, APageIsCountedAsInPaths) {
  const auto [name, data] = data_of(JobEventKind::page, 1, 2);
  EXPECT_EQ(name, "page");
  EXPECT_EQ(data, (nlohmann::json{{"job_id", id_.text()}, {"page", 6}, {"total_pages", 7}, {"file", 1}}));
  EXPECT_EQ(data_of(JobEventKind::page, 0, 2).second,
            (nlohmann::json{{"job_id", id_.text()}, {"page", 2}, {"total_pages", 7}, {"file", 0}}));
}

TEST_F(EventStream, AFileIsTold) {
  const auto [name, data] = data_of(JobEventKind::file, 1);
  EXPECT_EQ(name, "file");
  EXPECT_EQ(data, (nlohmann::json{{"job_id", id_.text()},
                                  {"filename", "second \"one\".pdf"},
                                  {"index", 1},
                                  {"size", 1234},
                                  {"status", "completed"}}));
}

TEST_F(EventStream, AllElseIsTheStatus) {
  for (const auto kind : {JobEventKind::accepted, JobEventKind::started, JobEventKind::completed, JobEventKind::failed,
                          JobEventKind::retried, JobEventKind::updated}) {
    const auto [name, data] = data_of(kind);
    EXPECT_EQ(name, "status");
    EXPECT_EQ(data["job_id"], id_.text());
    EXPECT_EQ(data["files"].size(), 2U);
  }
}

TEST_F(EventStream, EventsAreWrittenAsTheyAreRead) {
  std::string text;
  append_event(text, 17, "page", "{}");
  append_event(text, 0, "x", "one\ntwo\n");
  EXPECT_EQ(text, "id: 17\nevent: page\ndata: {}\n\nevent: x\ndata: one\ndata: two\ndata: \n\n");
  text.clear();
  append_reset_event(text, 5);
  EXPECT_EQ(text, "id: 5\nevent: reset\ndata: {}\n\n");
  text.clear();
  append_message(text, "page", R"({"page":1})");
  EXPECT_EQ(text, R"({"event":"page","data":{"page":1}})");
  text.clear();
  append_reset_event(text, 0);
  EXPECT_EQ(text, "event: reset\ndata: {}\n\n") << "the present state follows, and ends with the number";
}

TEST_F(EventStream, AnIdOfOursIsANumber) {
  EXPECT_EQ(parse_last_event_id("17"), 17U);
  for (const auto* field : {"", "x", "-1", "1.5", "99999999999999999999999"}) {
    EXPECT_EQ(parse_last_event_id(field), std::nullopt) << field;
  }
}

}  // namespace
}  // namespace docket::http
