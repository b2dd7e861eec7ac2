#include "http/body/job_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "http/body/job_line.h"

namespace docket::http {
namespace {

using nlohmann::json;
using testing::ElementsAre;

constexpr std::int64_t created = 1'795'212'062'123;  // 2026-11-20T22:01:02.123Z
const JobId id = *JobId::parse("0192d3a4-5b6c-7d8e-9f01-23456789abcd");

StateTransition completed() {
  StateTransition change;
  change.from = State::processing;
  change.to = State::completed;
  change.at_ms = created + 2345;
  change.record.id = id;
  change.record.origin = {.log = "/jobs.log",
                          .client = "192.0.2.7",
                          .client_name = "seven.example",
                          .host = "docs.example",
                          .request_id = "0123456789abcdef0123456789abcdef",
                          .traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          .tracestate = "a=1"};
  change.status.owner = "ann";
  change.status.head.state = State::completed;
  change.status.head.total_pages = 12;
  change.status.head.created_ms = created;
  change.status.head.completed_ms = created + 2345;
  FileStatus file;
  file.filename = "scan \"1\"\n.pdf";
  file.type = MediaType::pdf;
  file.size = 81'234;
  change.status.files.push_back(file);
  return change;
}

std::string line_of(const StateTransition& change) {
  std::string line;
  append_job_line(line, change);
  return line;
}

TEST(JobLine, TellsAllThereIs) {
  EXPECT_EQ(line_of(completed()),
            R"({"time":"2026-11-20T22:01:04.468Z","job_id":"0192d3a4-5b6c-7d8e-9f01-23456789abcd","owner":"ann",)"
            R"("client":"192.0.2.7","client_name":"seven.example","host":"docs.example",)"
            R"("filename":"scan \"1\"\n.pdf","files":1,"size":81234,"type":"application/pdf",)"
            R"("old_state":"processing","new_state":"completed","pages":12,"duration":2.345,"error":null,)"
            R"("request_id":"0123456789abcdef0123456789abcdef","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"})"
            "\n");
}

TEST(JobLine, WhatIsNotKnownIsNull) {
  StateTransition change;
  change.to = State::pending;
  change.record.id = id;
  const auto line = json::parse(line_of(change));
  for (const auto* const name : {"owner", "client", "client_name", "host", "filename", "type", "old_state", "duration",
                                 "error", "request_id", "trace_id"}) {
    EXPECT_TRUE(line.at(name).is_null()) << name;
  }
  EXPECT_EQ(line.at("files"), 0);
  EXPECT_EQ(line.at("size"), 0);
  EXPECT_EQ(line.at("pages"), 0);
  EXPECT_EQ(line.at("new_state"), "pending");
}

TEST(JobLine, SizesOfAllFilesAreSummedUp) {
  auto change = completed();
  change.status.files.push_back(change.status.files.front());
  change.status.files.back().filename = "other.pdf";
  const auto line = json::parse(line_of(change));
  EXPECT_EQ(line.at("files"), 2);
  EXPECT_EQ(line.at("size"), 2 * 81'234);
  EXPECT_EQ(line.at("filename"), "scan \"1\"\n.pdf");
}

TEST(JobLine, AnErrorIsToldWithItsCode) {
  auto change = completed();
  change.to = State::failed;
  change.status.head.error = ErrorCode::encrypted;
  change.status.detail = "It needs a \"password\".";
  const auto line = json::parse(line_of(change));
  EXPECT_EQ(line.at("error"), json({{"code", "encrypted"}, {"detail", "It needs a \"password\"."}}));
}

TEST(JobLine, RemovalsSayWhy) {
  auto change = completed();
  change.from = State::completed;
  for (const auto& [why, said] : {std::pair(Removal::deleted, "deleted"), std::pair(Removal::expired, "expired"),
                                  std::pair(Removal::lost, "lost")}) {
    change.to = why;
    const auto line = json::parse(line_of(change));
    EXPECT_EQ(line.at("new_state"), said);
    EXPECT_EQ(line.at("duration"), 2.345) << "the job's, not that of its stay";
  }
}

TEST(JobLine, OfALinkedJobTheAcceptanceKnowsNoEnd) {
  auto change = completed();
  change.from.reset();
  change.to = State::pending;
  change.status.head.error = ErrorCode::no_file;
  const auto line = json::parse(line_of(change));
  EXPECT_TRUE(line.at("duration").is_null());
  EXPECT_TRUE(line.at("error").is_null());
}

class JobLogTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    first = folder + "/first.log";
    second = folder + "/second.log";
  }
  void TearDown() override {
    ::unlink(first.c_str());
    ::unlink(second.c_str());
    ::rmdir(folder.c_str());
  }

  static StateTransition change(const JobId& job, const std::string& path, std::optional<State> from, State to) {
    StateTransition made;
    made.record.id = job;
    made.record.origin.log = path;
    made.from = from;
    made.to = to;
    return made;
  }
  /// "state name" of each line.
  static std::vector<std::string> lines(const std::string& path) {
    std::vector<std::string> found;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      const auto parsed = json::parse(line);
      const auto& name = parsed.at("client_name");
      found.push_back(parsed.at("new_state").get<std::string>() + " " +
                      (name.is_null() ? "-" : name.get<std::string>()));
    }
    return found;
  }
  void tell(const std::vector<StateTransition>& changes) { log.tell(changes); }

  std::string folder = "/tmp/docket-test-XXXXXX";
  std::string first;
  std::string second;
  JobLog log{true, {}};
  const JobId other = *JobId::parse("0192d3a4-5b6c-7d8e-9f01-000000000000");
};

TEST_F(JobLogTest, EachJobIsToldInItsOwnLog) {
  tell({change(id, first, {}, State::pending), change(other, second, {}, State::pending),
        change(id, first, State::pending, State::processing)});
  EXPECT_THAT(lines(first), ElementsAre("pending -", "processing -"));
  EXPECT_THAT(lines(second), ElementsAre("pending -"));
}

TEST_F(JobLogTest, AnAcceptanceWaitsForTheClientsName) {
  log.hold(id);
  tell({change(id, first, {}, State::pending), change(other, first, {}, State::pending)});
  tell({change(id, first, State::pending, State::processing)});
  EXPECT_THAT(lines(first), ElementsAre("pending -", "processing -")) << "the other's, and what came later";
  log.release(id, "seven.example");
  EXPECT_THAT(lines(first), ElementsAre("pending -", "processing -", "pending seven.example"));
  log.release(id, "again.example");
  EXPECT_EQ(lines(first).size(), 3U);
}

TEST_F(JobLogTest, AnAcceptanceGoesOutWithoutAName) {
  log.hold(id);
  tell({change(id, first, {}, State::pending)});
  log.release(id, {});
  EXPECT_THAT(lines(first), ElementsAre("pending -"));
}

TEST_F(JobLogTest, AtTheEndNothingWaitsAnyMore) {
  {
    JobLog ending(true, {});
    ending.hold(id);
    ending.hold(other);
    ending.tell(std::vector{change(id, first, {}, State::pending)});
    EXPECT_THAT(lines(first), ElementsAre());
  }
  EXPECT_THAT(lines(first), ElementsAre("pending -"));
}

TEST_F(JobLogTest, AJobThatWasNotAcceptedIsNotToldOf) {
  log.hold(id);
  log.release(id, "seven.example");
  EXPECT_THAT(lines(first), ElementsAre());
  tell({change(id, first, {}, State::pending)});
  EXPECT_THAT(lines(first), ElementsAre("pending -")) << "nobody waits any more";
}

}  // namespace
}  // namespace docket::http
