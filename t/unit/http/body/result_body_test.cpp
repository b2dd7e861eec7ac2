#include "http/body/result_body.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "http/body/status_example.h"

namespace docket::http {
namespace {

const std::string begin = R"({"job_id":")" + std::string(test::id_text) + R"(","status":"completed",)";
const std::string text_begin = begin + R"("content":)";

Route result(Format format) {
  return {.what = Route::What::result, .id = test::id, .format = format};
}

/// What the third try of unit 12 wrote.
Outputs outputs_of(std::vector<Section> sections) {
  return {.output_file = {.pages = false, .seq = 12, .attempt = 3}, .sections = std::move(sections)};
}

/// What clients get, if `file` is what stands in the output file.
std::string body_of(const ResultBody& body, std::string_view file) {
  return body.prefix + std::string(file.substr(body.offset, body.length)) + std::string(body.suffix);
}

TEST(ResultBody, OfARawTextIsTheText) {
  const auto outputs = outputs_of({{Format::markdown, Representation::raw, 2, 4},
                                   {Format::markdown, Representation::escaped, 6, 6},
                                   {Format::text, Representation::raw, 12, 5},
                                   {Format::text, Representation::escaped, 17, 7}});
  const auto body = find_result(outputs, result(Format::text), Representation::raw);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->length, 5U);
  EXPECT_EQ(body->offset, 12U);
  EXPECT_EQ(body->prefix, "");
  EXPECT_EQ(body->suffix, "");
  EXPECT_EQ(body->etag, R"("12-3-12")");
}

TEST(ResultBody, WrapsWhatIsEscaped) {
  constexpr std::string_view file = "model Alpha\"Alpha\"more";
  const auto outputs = outputs_of({{std::nullopt, Representation::raw, 0, 6},
                                   {Format::text, Representation::raw, 6, 5},
                                   {Format::text, Representation::escaped, 11, 7}});
  const auto body = find_result(outputs, result(Format::text), Representation::wrapped);
  ASSERT_TRUE(body);
  EXPECT_EQ(body_of(*body, file), text_begin + "\"Alpha\"}\n");
}

TEST(ResultBody, WrapsJsonAsItIs) {
  const auto outputs = outputs_of({{Format::json, Representation::raw, 0, 12}});
  const auto body = find_result(outputs, result(Format::json), Representation::wrapped);
  ASSERT_TRUE(body);
  EXPECT_EQ(body_of(*body, R"({"pages":[]})"), text_begin + R"({"pages":[]})" + "}\n");
  EXPECT_NE(body->etag, find_result(outputs, result(Format::json), Representation::raw)->etag)
      << "they stand at the same place";
}

TEST(ResultBody, HasTheDocumentsBehindTheContent) {
  constexpr std::string_view file = R"(AB"AB","documents":[{}]{},"documents":[{},{}])";
  const auto outputs = outputs_of({{Format::text, Representation::raw, 0, 2},
                                   {Format::text, Representation::escaped, 2, 4},
                                   {Format::text, Representation::documents, 6, 17},
                                   {Format::json, Representation::raw, 23, 2},
                                   {Format::json, Representation::documents, 25, 20}});
  const auto text = find_result(outputs, result(Format::text), Representation::wrapped);
  ASSERT_TRUE(text);
  EXPECT_EQ(body_of(*text, file), text_begin + R"("AB","documents":[{}])" + "}\n");
  const auto value = find_result(outputs, result(Format::json), Representation::wrapped);
  ASSERT_TRUE(value);
  EXPECT_EQ(body_of(*value, file), text_begin + R"({},"documents":[{},{}])" + "}\n");
  EXPECT_EQ(body_of(*find_result(outputs, result(Format::json), Representation::raw), file), "{}");

  auto apart = outputs;
  apart.sections[2].offset = 7;
  EXPECT_FALSE(find_result(apart, result(Format::text), Representation::wrapped)) << "no engine writes it like that";
}

TEST(ResultBody, OfAListHasItsMembers) {
  constexpr std::string_view file = R"("images":["1_0.png"],"count":1)";
  const auto outputs = outputs_of({{Format::images, Representation::escaped, 0, file.size()}});
  const auto body = find_result(outputs, result(Format::images), Representation::wrapped);
  ASSERT_TRUE(body);
  EXPECT_EQ(body_of(*body, file), begin + std::string(file) + "}\n");
}

TEST(ResultBody, FindsThePictureOfThatNumber) {
  const auto outputs = outputs_of({{Format::images, Representation::escaped, 0, 5},
                                   {Format::images, Representation::raw, 5, 6},
                                   {Format::images, Representation::raw, 11, 7}});
  auto route = result(Format::images);
  route.what = Route::What::image;
  route.image.index = 1;
  EXPECT_EQ(find_result(outputs, route, Representation::raw)->offset, 11U);
  route.image.index = 2;
  EXPECT_FALSE(find_result(outputs, route, Representation::raw));
}

TEST(ResultBody, OfWhatIsNotThereIsNothing) {
  const auto outputs = outputs_of({{Format::text, Representation::raw, 0, 5}});
  EXPECT_FALSE(find_result(outputs, result(Format::text), Representation::wrapped));
  EXPECT_FALSE(find_result(outputs, result(Format::json), Representation::raw));
  EXPECT_FALSE(find_result(outputs, result(Format::json), Representation::wrapped));
}

// ---- What versions before this one have kept.

TEST(ResultBody, OfAFormThatWasKeptWholeIsThatForm) {
  const auto kept = text_begin + "\"Alpha\"}\n";
  const auto outputs =
      outputs_of({{Format::text, Representation::raw, 0, 5}, {Format::text, Representation::wrapped, 5, kept.size()}});
  const auto body = find_result(outputs, result(Format::text), Representation::wrapped);
  ASSERT_TRUE(body);
  EXPECT_EQ(body_of(*body, "Alpha" + kept), kept);
  EXPECT_EQ(body->etag, R"("12-3-5")") << "as it was";
}

TEST(ResultBody, OfAFormThatWasMadeForAnotherJobHasTheIdOfThisOne) {
  const auto kept = [](std::string_view job, std::string_view rest) {
    return R"({"job_id":")" + std::string(job) + R"(","status":"completed",)" + std::string(rest) + "}\n";
  };
  constexpr std::string_view another = "0192d3a4-5b6c-7d8e-9f01-000000000000";
  for (const auto& [format, rest] :
       {std::pair{Format::text, R"("content":"A","documents":[])"},
        std::pair{Format::json, R"("content":{"pages":[]})"}, std::pair{Format::images, R"("images":[],"count":0)"}}) {
    const auto file = kept(another, rest);
    const auto outputs = outputs_of({{format, Representation::wrapped, 0, file.size()}});
    const auto body = find_result(outputs, result(format), Representation::wrapped);
    ASSERT_TRUE(body);
    EXPECT_EQ(body_of(*body, file), kept(test::id_text, rest));
  }
}

TEST(ResultBody, ShorterThanItsEnvelopeIsNothing) {
  const auto outputs = outputs_of({{Format::text, Representation::wrapped, 0, text_begin.size() + 1}});
  EXPECT_FALSE(find_result(outputs, result(Format::text), Representation::wrapped));
}

}  // namespace
}  // namespace docket::http
