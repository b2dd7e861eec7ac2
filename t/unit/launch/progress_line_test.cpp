#include "launch/progress_line.h"

#include <gtest/gtest.h>

#include <string>

#include "launch/line_splitter.h"

namespace docket::launch {
namespace {

ProgressLine counts(std::uint32_t processed, std::uint32_t total) {
  return {.processed = processed, .total = total, .message = {}};
}
ProgressLine message(std::string text) {
  return {.processed = {}, .total = {}, .message = std::move(text)};
}

void expect_progress(std::string_view line, const ProgressLine& expected) {
  const auto read = read_program_line(line, "job");
  const auto* progress = std::get_if<ProgressLine>(&read);
  ASSERT_NE(progress, nullptr) << line;
  EXPECT_EQ(*progress, expected) << line;
}
void expect_answer(std::string_view line, const AnswerLine& expected) {
  const auto read = read_program_line(line, "job");
  const auto* answer = std::get_if<AnswerLine>(&read);
  ASSERT_NE(answer, nullptr) << line;
  EXPECT_EQ(*answer, expected) << line;
}
void expect_nothing(std::string_view line) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(read_program_line(line, "job"))) << line;
}

TEST(ProgressLineTest, ReadsObjects) {
  expect_progress(R"({"processed": 3, "total": 10, "message": "ü/x"})",
                  {.processed = 3, .total = 10, .message = "ü/x"});
  expect_progress(R"( {"processed":0} )", {.processed = 0, .total = {}, .message = {}});
  expect_progress(R"({"total":4294967295})", {.processed = {}, .total = 4294967295U, .message = {}});
  expect_progress(R"({"message":"a\"}\\"})", message("a\"}\\"));
  expect_progress(R"({"message":null,"total":2,"processed":null})", {.processed = {}, .total = 2, .message = {}});
  expect_progress(R"({"other":[1,{"total":"x"},"]}"],"processed":1,"done":false,"error":null})",
                  {.processed = 1, .total = {}, .message = {}});
  expect_progress("{\"message\":\"" + std::string(2000, 'x') + "\"}", message(std::string(max_text, 'x')));
}

TEST(ProgressLineTest, ReadsShortForms) {
  expect_progress("3/10", counts(3, 10));
  expect_progress(" 3 / 10\r", counts(3, 10));
  expect_progress("30%", counts(30, 100));
  expect_progress("0%", counts(0, 100));
}

TEST(ProgressLineTest, IgnoresAllElse) {
  for (const std::string_view line : {"",
                                      " ",
                                      "%",
                                      "/",
                                      "3",
                                      "3/",
                                      "/10",
                                      "3/10/2",
                                      "-1/10",
                                      "+1/10",
                                      "1.5/10",
                                      "30.5%",
                                      "-3%",
                                      "99999999999%",
                                      "4294967296/4294967296",
                                      "abc",
                                      "3 of 10",
                                      "\"3/10\"",
                                      "[1]",
                                      "null",
                                      "true",
                                      "}",
                                      "{}",
                                      R"({"x":1})",
                                      R"({"processed":-1})",
                                      R"({"processed":1.5})",
                                      R"({"processed":1e2})",
                                      R"({"processed":"3"})",
                                      R"({"processed":4294967296})",
                                      R"({"processed":3,"total":99999999999999999999999})",
                                      R"({"processed":true})",
                                      R"({"message":3})"}) {
    expect_nothing(line);
  }
  expect_nothing(std::string_view("3/1\0", 4));
  expect_nothing(std::string(100'000, '['));
  expect_nothing(std::string(100'000, '1') + "%");
}

TEST(ProgressLineTest, TellsWhatIsMeantForAnObject) {
  for (const std::string_view line :
       {std::string_view("{"), std::string_view(R"({"processed":3} x)"), std::string_view(R"( {"processed":3,})"),
        std::string_view(R"({"result":NaN})"), std::string_view(R"({"result":-Infinity})"),
        std::string_view(R"({'done':true})"), std::string_view(R"({"message":"\ud800"})"),
        std::string_view(R"({"message":"\udc00"})"), std::string_view("{\"message\":\"\xFF\"}"),
        std::string_view("{\"message\":\"\xED\xA0\x80\"}"), std::string_view("{\"total\":3}\0 ", 13),
        std::string_view(R"({"done":true,"job_id":3})")}) {
    EXPECT_TRUE(std::holds_alternative<BrokenLine>(read_program_line(line, "job"))) << line;
  }
  EXPECT_TRUE(std::holds_alternative<BrokenLine>(read_program_line(std::string(100'000, '{'), "job")));
}

TEST(ProgressLineTest, ReadsAnswers) {
  expect_answer(R"({"done": true})", {});
  expect_answer(R"({"done":true,"processed":3,"result":{"a":[1.10, "}"]}})",
                {.failed = false, .error = "", .result = R"({"a":[1.10, "}"]})"});
  expect_answer(R"({"result" : 12345678901234567890.000 , "done":true})",
                {.failed = false, .error = "", .result = "12345678901234567890.000"});
  expect_answer(R"({"result":null,"done":true})", {.failed = false, .error = "", .result = "null"});
  expect_answer(R"({"error":"no \u00fc"})", {.failed = true, .error = "no ü", .result = {}});
  expect_answer(R"({"error":{"code": 3},"done":true})", {.failed = true, .error = R"({"code": 3})", .result = {}});
  expect_answer("{\"error\":\"" + std::string(3000, 'x') + "\"}",
                {.failed = true, .error = std::string(max_tail, 'x'), .result = {}});
  const auto progress = read_program_line(R"({"done":true,"processed":3})", std::nullopt);
  EXPECT_EQ(std::get<ProgressLine>(progress).processed, 3U) << "no program with jobs";
  expect_nothing(R"({"done":false})");
  expect_nothing(R"({"done":1})");
  expect_nothing(R"({"result":1})");
}

TEST(ProgressLineTest, KnowsItsJob) {
  expect_answer(R"({"job_id":"job","done":true})", {});
  expect_answer(R"({"done":true,"job_id":null})", {});
  expect_answer(R"({"done":true,"job_id":"\u006aob"})", {});
  expect_progress("{\"processed\":3,\"total\":4,\"job_id\":\"job\"}", counts(3, 4));
  for (const std::string_view line :
       {R"({"job_id":"other","done":true})", R"({"processed":3,"job_id":"jo"})", R"({"error":"x","job_id":""})"}) {
    expect_nothing(line);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(read_program_line(line, "JOB"))) << line;
  }
  const auto between = read_program_line(R"({"done":true,"job_id":"job"})", "");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(between));
  EXPECT_TRUE(std::holds_alternative<AnswerLine>(read_program_line(R"({"done":true})", "")));
  const auto single = read_program_line(R"({"processed":3,"job_id":"job"})", std::nullopt);
  EXPECT_TRUE(std::holds_alternative<ProgressLine>(single)) << "of a program without jobs it is not looked at";
}

TEST(ProgressLineTest, IsAppliedToWhatIsKnown) {
  Progress progress;
  apply({.processed = 3, .total = {}, .message = "a"}, progress);
  EXPECT_EQ(progress, (Progress{.processed = 3, .total = 0, .message = "a"}));
  apply({.processed = {}, .total = 10, .message = {}}, progress);
  EXPECT_EQ(progress, (Progress{.processed = 3, .total = 10, .message = "a"}));
  apply({.processed = 12, .total = {}, .message = ""}, progress);
  EXPECT_EQ(progress, (Progress{.processed = 10, .total = 10, .message = ""}));
}

// ---- Lines.

std::string split(LineSplitter& lines, std::string_view bytes) {
  std::string all;
  lines.feed(bytes, [&](std::string_view line, bool whole) { all += std::string(line) + (whole ? "|" : "…|"); });
  return all;
}

TEST(LineSplitterTest, PutsPiecesTogether) {
  LineSplitter lines(100);
  EXPECT_EQ(split(lines, "a\nb\n\nc"), "a|b||");
  EXPECT_EQ(split(lines, "d"), "");
  EXPECT_EQ(split(lines, "\ne"), "cd|");
  std::string rest;
  lines.finish([&](std::string_view line, bool) { rest = line; });
  EXPECT_EQ(rest, "e");
  EXPECT_EQ(split(lines, "\n"), "|");
}

TEST(LineSplitterTest, CutsLongLines) {
  LineSplitter lines(4);
  EXPECT_EQ(split(lines, "1234\n12345\n1"), "1234|1234…|");
  EXPECT_EQ(split(lines, "2345"), "");
  EXPECT_TRUE(lines.overlong());
  EXPECT_EQ(split(lines, "6\nab\n"), "1234…|ab|");
  EXPECT_FALSE(lines.overlong());
}

TEST(LineSplitterTest, SkipsLines) {
  LineSplitter lines(100);
  EXPECT_EQ(lines.skip("a\nb\nc"), 2U);
  EXPECT_EQ(lines.skip("d"), 0U);
  EXPECT_EQ(split(lines, "e\n"), "cde|");
}

}  // namespace
}  // namespace docket::launch
