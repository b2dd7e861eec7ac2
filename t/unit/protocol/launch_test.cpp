#include "protocol/launch.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace docket::launch {
namespace {

Request full_request() {
  Request request;
  request.arguments = {"/srv/program", "", "--name=\xFF", std::string("a\0b", 3)};
  request.environment = {"A=1", "B="};
  request.folder = "/store/work/one";
  request.readable = {"/srv"};
  request.network = true;
  request.stays = true;
  request.memory = 1ULL << 40U;
  request.cpu_seconds = 4'000'000'000U;
  request.time_ms = 3;
  request.grace_ms = 4;
  request.log_size = 1ULL << 33U;
  request.result_size = 1ULL << 34U;
  request.file_size = 1ULL << 35U;
  return request;
}

const Job full_job{.line = R"({"job_id":"a"})", .time_ms = 4'000'000'000U, .id = "a"};

std::vector<FromSupervisor> all_messages() {
  return {Progress{},
          Progress{.processed = 3, .total = 10, .message = "ü"},
          LogLines{},
          LogLines{.lines = {"one", "", std::string(max_text, 'x')}, .left_out = 4'000'000'000U},
          JobDone{},
          JobDone{.failed = true, .error = std::string(max_tail, 'x')},
          Exited{},
          Exited{.why = Exited::Why::nonsense,
                 .wait_status = -1,
                 .result_cut = true,
                 .result_errno = 28,
                 .job_begun = true,
                 .tail = "last words"}};
}

/// Nothing that is a byte longer, or shorter by however many, is decoded.
template <class Decode>
void expect_exact_length(const std::string& bytes, Decode decode) {
  EXPECT_TRUE(decode(bytes));
  EXPECT_FALSE(decode(bytes + std::string(1, '\0')));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decode(bytes.substr(0, size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
  }
}

/// Of bytes that were changed either nothing is decoded, or what is encoded as just these.
template <class Decode>
void expect_no_harm_from_damage(const std::string& bytes, Decode decode) {
  std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same bytes each time
  for (int i = 0; i < 2000; ++i) {
    auto damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    if (const auto decoded = decode(damaged)) {
      EXPECT_EQ(encode(*decoded), damaged);
    }
  }
}

TEST(LaunchCodecTest, RequestsComeBack) {
  EXPECT_EQ(decode_request(encode(full_request())), full_request());
  expect_exact_length(encode(full_request()), decode_request);
  expect_no_harm_from_damage(encode(full_request()), decode_request);
  EXPECT_FALSE(decode_request(encode(Request{}))) << "a program has a name";
}

TEST(LaunchCodecTest, JobsComeBack) {
  EXPECT_EQ(decode_job(encode(full_job)), full_job);
  expect_exact_length(encode(full_job), decode_job);
  expect_no_harm_from_damage(encode(full_job), decode_job);
}

TEST(LaunchCodecTest, AJobIsOneLine) {
  auto job = full_job;
  job.line = std::string(max_line, 'x');
  EXPECT_TRUE(decode_job(encode(job)));
  for (const auto& line : {std::string(max_line + 1, 'x'), std::string("{\n}"), std::string()}) {
    job.line = line;
    EXPECT_FALSE(decode_job(encode(job)));
  }
}

TEST(LaunchCodecTest, MessagesOfASupervisorComeBack) {
  for (const auto& message : all_messages()) {
    EXPECT_EQ(decode_from_supervisor(encode(message)), message);
    expect_exact_length(encode(message), decode_from_supervisor);
    expect_no_harm_from_damage(encode(message), decode_from_supervisor);
  }
}

TEST(LaunchCodecTest, MessagesOfASupervisorHaveBounds) {
  const std::vector<FromSupervisor> bad = {
      Progress{.processed = 11, .total = 10, .message = {}},
      Progress{.processed = 0, .total = 0, .message = std::string(max_text + 1, 'x')},
      Progress{.processed = 0, .total = 0, .message = "\xFF"},
      LogLines{.lines = std::vector<std::string>(lines_per_second + 1), .left_out = 0},
      LogLines{.lines = {std::string(max_text + 1, 'x')}, .left_out = 0},
      LogLines{.lines = {"a\nb"}, .left_out = 0},
      LogLines{.lines = {"\xFF"}, .left_out = 0},
      JobDone{.failed = true, .error = std::string(max_tail + 1, 'x')},
      JobDone{.failed = true, .error = "\xED\xA0\x80"},
      Exited{.tail = std::string(max_tail + 1, 'x')},
      Exited{.tail = "\xFF"},
      Exited{.why = static_cast<Exited::Why>(5), .tail = {}},
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_FALSE(decode_from_supervisor(encode(bad[i]))) << i;
  }
  EXPECT_TRUE(decode_from_supervisor(encode(Progress{.processed = 11, .total = 0, .message = {}})))
      << "of how many is unknown";
  EXPECT_FALSE(decode_from_supervisor(""));
  EXPECT_FALSE(decode_from_supervisor(std::string(1, '\5')));
}

}  // namespace
}  // namespace docket::launch
