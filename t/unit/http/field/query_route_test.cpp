// What the request line says: the query's arguments, and the path behind a docket_result prefix.
#include <gtest/gtest.h>

#include <map>

#include "http/field/query.h"
#include "http/field/route.h"

namespace docket::http {
namespace {

TEST(QueryArguments, AreFound) {
  const Query query("a=1&b=x%20y+z&&c&=empty&a=2&n%61me=v&d==e");
  EXPECT_EQ(query.find("a"), "1");
  EXPECT_EQ(query.find("b"), "x y z");
  EXPECT_EQ(query.find("c"), "");
  EXPECT_EQ(query.find("name"), "v");
  EXPECT_EQ(query.find("d"), "=e");
  EXPECT_EQ(query.find(""), "empty");
  EXPECT_EQ(query.find("A"), std::nullopt);
  EXPECT_EQ(query.find("n%61me"), std::nullopt);
  EXPECT_EQ(Query("").find("a"), std::nullopt);
  EXPECT_EQ(Query("&&&").find("a"), std::nullopt);
}

TEST(QueryArguments, MayBeFlags) {
  const Query query("a=1&b=OFF&c=&d=maybe");
  EXPECT_EQ(query.find_flag("a"), true);
  EXPECT_EQ(query.find_flag("b"), false);
  EXPECT_EQ(query.find_flag("c"), false);
  EXPECT_EQ(query.find_flag("e"), false);
  EXPECT_EQ(query.find_flag("d").error().code, ErrorCode::bad_option);
}

TEST(QueryArguments, AreVisitedInOrderUntilItIsEnough) {
  std::string seen;
  Query("a=1&b=2&c=3").each([&](const std::string& name, const std::string& value) {
    seen += name + value;
    return name != "b";
  });
  EXPECT_EQ(seen, "a1b2");
}

TEST(QueryArguments, AreBounded) {
  std::string text;
  for (std::size_t i = 0; i < Query::max_arguments; ++i) {
    text += "x=1&";
  }
  EXPECT_EQ(Query(text + "late=1").find("late"), std::nullopt);
  EXPECT_EQ(Query(text.substr(4) + "last=1").find("last"), "1");
}

constexpr std::string_view id_text = "0192d3a4-5b6c-7d8e-9f01-23456789abcd";

std::string path(std::string_view rest) {
  return std::string(id_text) + std::string(rest);
}

TEST(Routes, AreKnown) {
  const auto id = JobId::parse(id_text);
  ASSERT_TRUE(id);
  using What = Route::What;
  const std::map<std::string, Route> known{
      {"", {What::status, *id, Format::markdown, 0, 0, {}}},
      {"/", {What::status, *id, Format::markdown, 0, 0, {}}},
      {"/status", {What::status, *id, Format::markdown, 0, 0, {}}},
      {"/markdown", {What::result, *id, Format::markdown, 0, 0, {}}},
      {"/text", {What::result, *id, Format::text, 0, 0, {}}},
      {"/json", {What::result, *id, Format::json, 0, 0, {}}},
      {"/pages/1/text", {What::page, *id, Format::text, 1, 0, {}}},
      {"/pages/4294967295/json", {What::page, *id, Format::json, 4294967295, 0, {}}},
      {"/pages", {What::pages, *id, Format::markdown, 0, 0, {}}},
      {"/input", {What::input, *id, Format::markdown, 0, 0, {}}},
      {"/input/0", {What::input, *id, Format::markdown, 0, 0, {}}},
      {"/input/31", {What::input, *id, Format::markdown, 0, 31, {}}},
      {"/cancel", {What::cancel, *id, Format::markdown, 0, 0, {}}},
      {"/images", {What::result, *id, Format::images, 0, 0, {}}},
      {"/images/1_0.png", {What::image, *id, Format::images, 0, 0, {std::nullopt, 1, 0}}},
      {"/images/3-12_7.png", {What::image, *id, Format::images, 0, 0, {3, 12, 7}}},
      {"/pages/2/png", {What::page, *id, Format::png, 2, 0, {}}},
      {"/pages/2/images", {What::page, *id, Format::images, 2, 0, {}}},
      {"/pages/2/images/2_1.png", {What::image, *id, Format::images, 0, 0, {std::nullopt, 2, 1}}},
      {"/callbacks", {What::callbacks, *id, Format::markdown, 0, 0, {}}},
  };
  for (const auto& [rest, route] : known) {
    EXPECT_EQ(parse_route(path(rest)), route) << rest;
  }
}

TEST(Routes, EverythingElseIsNotFound) {
  for (const auto* rest : {"//",
                           "/status/",
                           "/markdown/",
                           "/Markdown",
                           "/md",
                           "/pages/",
                           "/pages/1",
                           "/pages/1/",
                           "/pages/0/text",
                           "/pages/01/text",
                           "/pages/-1/text",
                           "/pages/4294967296/text",
                           "/pages/1/text/",
                           "/pages/1/status",
                           "/pages//text",
                           "/images/",
                           "/images/x.png",
                           "/images/1_0.png/",
                           "/images/1_0.png/x",
                           "/images/../input",
                           "/markdown/1_0.png",
                           "/pages/2/images/",
                           "/pages/0/images/1_0.png",
                           "/pages/2/png/1_0.png",
                           "/cancel/x",
                           "/input/",
                           "/input/00",
                           "/input/x",
                           "/input/0/",
                           "/input/65536",
                           "/input/-1",
                           "x",
                           "/status?x"}) {
    EXPECT_EQ(parse_route(path(rest)).what, Route::What::not_found) << rest;
  }
  for (const auto* bad : {"", "/", "status", "test-job-id/status", "0192D3A4-5B6C-7D8E-9F01-23456789ABCD",
                          "0192d3a4-5b6c-4d8e-9f01-23456789abcd", "0192d3a45b6c7d8e9f0123456789abcd/status",
                          "0192d3a4-5b6c-7d8e-9f01-23456789abc", "0192d3a4-5b6c-7d8e-9f01-23456789abcg/text"}) {
    EXPECT_EQ(parse_route(bad).what, Route::What::not_found) << bad;
  }
}

}  // namespace
}  // namespace docket::http
