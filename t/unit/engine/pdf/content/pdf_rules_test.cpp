// The rules and areas that a PDF page draws.
#include <gmock/gmock.h>

#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::IsEmpty;

MATCHER_P4(IsBox, x0, y0, x1, y1, "") {
  const auto near = [](float a, double b) { return std::abs(static_cast<double>(a) - b) < 0.05; };
  return near(arg.x0, x0) && near(arg.y0, y0) && near(arg.x1, x1) && near(arg.y1, y1);
}

// A page of 200 by 100 points.
Page drawn(const std::string& content, const std::string& entries = "") {
  return read_first(one_page("BT /F1 12 Tf 20 20 Td (Words) Tj ET " + content, helvetica + entries, "0 0 200 100"),
                    MediaType::pdf);
}

TEST(PdfRules, StrokedLinesAreThinBoxes) {
  EXPECT_THAT(drawn("2 w 10 90 m 110 90 l S").rules, ElementsAre(IsBox(10, 9, 110, 11)));
  EXPECT_THAT(drawn("0.5 w 50 20 m 50 80 l S").rules, ElementsAre(IsBox(49.75, 20, 50.25, 80)));
}

TEST(PdfRules, ThinRectanglesAreRulesAndThickOnesAreas) {
  const auto page = drawn("10 89.5 100 1 re f 0.8 g 10 40 100 30 re f");
  EXPECT_THAT(page.rules, ElementsAre(IsBox(10, 9.5, 110, 10.5)));
  EXPECT_THAT(page.fills, ElementsAre(IsBox(10, 30, 110, 60)));
}

TEST(PdfRules, AStrokedRectangleIsFour) {
  EXPECT_EQ(drawn("1 w 10 40 100 30 re S").rules.size(), 4U);
}

TEST(PdfRules, PiecesOfOneLineAreJoined) {
  EXPECT_EQ(drawn("1 w 10 90 m 60 90 l S 60 90 m 110 90 l S").rules.size(), 1U);
}

TEST(PdfRules, WhatHasTheColourOfPaperIsNotSeen) {
  const auto page = drawn("1 g 10 40 100 30 re f 1 G 10 90 m 110 90 l S");
  EXPECT_THAT(page.rules, IsEmpty());
  EXPECT_THAT(page.fills, IsEmpty());
}

TEST(PdfRules, SlantedAndBentLinesAreNone) {
  const auto page = drawn("10 90 m 110 50 l S 10 10 m 20 60 60 60 90 10 c S 10 10 m 50 50 l 90 10 l h f");
  EXPECT_THAT(page.rules, IsEmpty());
  EXPECT_THAT(page.fills, IsEmpty());
}

TEST(PdfRules, AreClippedToThePageAndByItsClips) {
  EXPECT_THAT(drawn("1 w -50 90 m 500 90 l S").rules, ElementsAre(IsBox(0, 9.5, 200, 10.5)));
  EXPECT_THAT(drawn("q 20 0 50 100 re W n 1 w 0 90 m 200 90 l S Q").rules, ElementsAre(IsBox(20, 9.5, 70, 10.5)));
}

TEST(PdfRules, StandUprightOnATurnedPage) {
  const auto page = drawn("1 w 10 90 m 110 90 l S", " /Rotate 90");
  EXPECT_THAT(page.rules, ElementsAre(IsBox(89.5, 10, 90.5, 110)));
}

TEST(PdfRules, HaveThePagesUnits) {
  EXPECT_THAT(drawn("1 w 10 90 m 110 90 l S", " /UserUnit 2").rules, ElementsAre(IsBox(20, 19, 220, 21)));
}

TEST(PdfRules, ManyAreCutOff) {
  std::string content = "0.1 w ";
  for (int i = 0; i < 50'000; ++i) {
    content += "10 " + std::to_string(i % 100) + "." + std::to_string(i / 100) + " m 110 50 l S ";
    content += std::to_string(i % 190) + " 10 m " + std::to_string(i % 190) + " 90 l S ";
  }
  EXPECT_LE(drawn(content).rules.size(), 4000U);
}

}  // namespace
}  // namespace docket::engine::readers_test
