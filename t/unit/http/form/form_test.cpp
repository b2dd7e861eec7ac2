#include "http/form/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/form/json_object.h"

namespace docket::http {
namespace {

using testing::HasSubstr;

constexpr std::string_view json_type = "application/json";

TEST(FormCollector, IsEmptyWithoutFields) {
  FormCollector collector;
  EXPECT_EQ(collector.take(), Form{});
}

TEST(FormCollector, MakesAnObjectInTheOrderOfTheFields) {
  FormCollector collector;
  ASSERT_TRUE(collector.add("z", "1"));
  ASSERT_TRUE(collector.add("a", ""));
  ASSERT_TRUE(collector.add("quoted \"name\"", "line\nand \xE2\x98\x83 and \xFF"));
  EXPECT_EQ(collector.take().fields,
            "{\"z\":\"1\",\"a\":\"\",\"quoted \\\"name\\\"\":\"line\\nand \xE2\x98\x83 and \xEF\xBF\xBD\"}");
  EXPECT_EQ(collector.take(), Form{});
}

TEST(FormCollector, MakesArraysOfNamesThatComeAgain) {
  FormCollector collector;
  ASSERT_TRUE(collector.add("tag", "a"));
  ASSERT_TRUE(collector.add("x", "1"));
  ASSERT_TRUE(collector.add("tag", "b"));
  ASSERT_TRUE(collector.add("json", R"({"tag":{"c":[1]},"y":2})", json_type));
  EXPECT_EQ(collector.take().fields, R"({"tag":["a","b",{"c":[1]}],"x":"1","y":2})");
}

TEST(FormCollector, StreamsAField) {
  FormCollector collector;
  ASSERT_TRUE(collector.begin("f", "text/plain"));
  ASSERT_TRUE(collector.append("ab"));
  ASSERT_TRUE(collector.append("cd"));
  ASSERT_TRUE(collector.end());
  EXPECT_EQ(collector.take().fields, R"({"f":"abcd"})");
}

TEST(FormCollector, SortsOutTheOptions) {
  FormCollector collector;
  ASSERT_TRUE(collector.add("ocr", " force "));
  ASSERT_TRUE(collector.add("return", "markdown"));
  ASSERT_TRUE(collector.add("OCR", "a field"));
  ASSERT_TRUE(collector.add("pages", ""));
  ASSERT_TRUE(collector.add("page_separator", " -- "));
  const auto form = collector.take();
  EXPECT_EQ(form.fields, R"({"OCR":"a field"})");
  EXPECT_EQ(form.options[Option::ocr], "force");
  EXPECT_EQ(form.options[Option::return_], "markdown");
  EXPECT_EQ(form.options[Option::pages], "");
  EXPECT_EQ(form.options[Option::page_separator], " -- ");
}

TEST(FormCollector, ListsGrowAndOtherOptionsAreGivenOnce) {
  FormCollector collector;
  ASSERT_TRUE(collector.add("formats", "markdown"));
  ASSERT_TRUE(collector.add("formats", "text"));
  ASSERT_TRUE(collector.add("ocr", "off"));
  ASSERT_TRUE(collector.add("ocr", ""));
  ASSERT_TRUE(collector.add("ocr", "off"));
  const auto again = collector.add("ocr", "auto");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::bad_option);
  EXPECT_THAT(again.error().detail, HasSubstr("ocr is given twice"));
  EXPECT_EQ(collector.take().options[Option::formats], "markdown,text");
}

TEST(FormCollector, MergesJsonParts) {
  FormCollector collector;
  ASSERT_TRUE(collector.add(
      "text", R"( {"name": "Ada", "lines": 3, "ocr": "x", "deep": {"a": [true, null, -1.50, "é"]}} )", json_type));
  ASSERT_TRUE(collector.add("json", "{}", json_type));
  const auto form = collector.take();
  EXPECT_EQ(form.fields, R"({"name":"Ada","lines":3,"ocr":"x","deep":{"a":[true,null,-1.50,"é"]}})");
  EXPECT_EQ(form.options, RawOptions{});  // what stands in JSON is the job's
}

TEST(FormCollector, TakesJsonOnlyFromThePartsForIt) {
  FormCollector collector;
  ASSERT_TRUE(collector.add("text", "{\"a\":1}"));
  ASSERT_TRUE(collector.add("data", "{\"a\":1}", json_type));
  EXPECT_EQ(collector.take().fields, R"({"text":"{\"a\":1}","data":"{\"a\":1}"})");
}

TEST(FormCollector, RefusesJsonThatIsNoObject) {
  for (const auto* bad : {"", "1", "[1]", "{", "{\"a\":}", "{\"a\":1}x", "{'a':1}", "{\"a\":1,}", "\"text\"", "[]",
                          "{\"a\":\"\xFF\"}", "NaN"}) {
    FormCollector collector;
    const auto done = collector.add("json", bad, json_type);
    ASSERT_FALSE(done) << bad;
    EXPECT_EQ(done.error().code, ErrorCode::bad_option) << bad;
    EXPECT_THAT(done.error().detail, HasSubstr("application/json")) << bad;
  }
}

TEST(FormCollector, LimitsTheBytesAsTheyCome) {
  FormCollector collector(FormLimits{10, 1000});
  ASSERT_TRUE(collector.begin("name", ""));
  ASSERT_TRUE(collector.append("123456"));
  const auto beyond = collector.append("7");
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::too_many_fields);
  EXPECT_THAT(beyond.error().detail, HasSubstr("docket_max_fields"));
  EXPECT_THAT(beyond.error().detail, HasSubstr("10 bytes"));
}

TEST(FormCollector, LimitsTheNumberOfFieldsAndMembers) {
  FormCollector fields(FormLimits{1000, 2});
  ASSERT_TRUE(fields.add("a", "1"));
  ASSERT_TRUE(fields.add("a", "1"));
  EXPECT_EQ(fields.add("a", "1").error().code, ErrorCode::too_many_fields);
  FormCollector members(FormLimits{1000, 2});
  EXPECT_EQ(members.add("json", R"({"a":1,"b":1,"c":1})", json_type).error().code, ErrorCode::too_many_fields);
}

// ---- JSON taken apart

std::string rewritten(std::string_view text) {
  std::string out;
  const auto done = each_json_member(text, [&](std::string_view name, std::string_view value) -> Result<void> {
    out += std::string(name) + "=" + std::string(value) + ";";
    return {};
  });
  return done ? out : done.error().detail;
}

TEST(JsonObject, GivesEachMemberAsText) {
  EXPECT_EQ(rewritten(R"({})"), "");
  EXPECT_EQ(rewritten(R"({"a":[],"b":{},"c":[[],{}],"d":{"e":{"f":[1,{"g":2},3]},"h":4}})"),
            R"(a=[];b={};c=[[],{}];d={"e":{"f":[1,{"g":2},3]},"h":4};)");
  EXPECT_EQ(rewritten(R"({"a":1,"a":2,"":3})"), "a=1;a=2;=3;");
  EXPECT_EQ(rewritten(R"({"s":"\u00e9\n\"\\\/"})"), "s=\"é\\n\\\"\\\\/\";");
}

TEST(JsonObject, KeepsNumbersAsTheyWere) {
  EXPECT_EQ(rewritten(R"({"n":[0,-5,18446744073709551615,-9223372036854775808,18446744073709551616,1.10,1E+2]})"),
            "n=[0,-5,18446744073709551615,-9223372036854775808,18446744073709551616,1.10,1E+2];");
  EXPECT_THAT(rewritten(R"({"n":1e400})"), HasSubstr("application/json"));  // beyond a double
}

TEST(JsonObject, LimitsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(rewritten(nested(max_json_depth)).substr(0, 2), "a=");
  EXPECT_THAT(rewritten(nested(max_json_depth + 1)), HasSubstr("deeper than 64"));
  EXPECT_THAT(rewritten(nested(1'000'000)), HasSubstr("deeper than 64"));
}

TEST(JsonObject, WhatItWritesIsTheSameJson) {
  const std::string text =
      R"({"a":{"b":[1,2,{"c":"d","e":[null,true,false]},[]],"f":{}},"g":"\u0000\u001f\ud83d\ude00","h":[[[1],[2,3]],4]})";
  std::string out = "{";
  ASSERT_TRUE(each_json_member(text, [&](std::string_view name, std::string_view value) -> Result<void> {
    out += out.size() > 1 ? "," : "";
    out += "\"" + std::string(name) + "\":" + std::string(value);
    return {};
  }));
  EXPECT_EQ(nlohmann::json::parse(out + "}"), nlohmann::json::parse(text));
}

TEST(JsonObject, TheVisitorsErrorEndsIt) {
  int calls = 0;
  const auto done = each_json_member(R"({"a":1,"b":2})", [&](std::string_view, std::string_view) -> Result<void> {
    ++calls;
    return fail(ErrorCode::too_many_fields, "enough");
  });
  EXPECT_EQ(done.error(), (Error{ErrorCode::too_many_fields, "enough"}));
  EXPECT_EQ(calls, 1);
}

TEST(FormCollector, PiecesOfFilesAreRefused) {
  for (const auto* name : {"dztotalchunkcount", "resumableTotalChunks", "flowTotalChunks", "qqtotalparts"}) {
    for (const auto* value : {"2", "0", "", "x"}) {
      const auto added = FormCollector().add(name, value);
      ASSERT_FALSE(added) << name << '=' << value;
      EXPECT_EQ(added.error().code, ErrorCode::bad_request);
      EXPECT_NE(added.error().detail.find(name), std::string::npos);
    }
    EXPECT_TRUE(FormCollector().add(name, "1")) << "the piece is the file";
  }
}

}  // namespace
}  // namespace docket::http
