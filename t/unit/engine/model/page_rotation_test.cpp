// Turning a page's model, and telling where its boxes are on the page as the file shows it.
#include "engine/model/page_rotation.h"

#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

void expect_near(const Box& box, const Box& expected) {
  EXPECT_NEAR(box.x0, expected.x0, 0.01);
  EXPECT_NEAR(box.y0, expected.y0, 0.01);
  EXPECT_NEAR(box.x1, expected.x1, 0.01);
  EXPECT_NEAR(box.y1, expected.y1, 0.01);
}

// 400 wide, 600 high, with one of each thing that has a box, all at the same place.
Page sample(const Box& box) {
  Page page;
  page.width = 400;
  page.height = 600;
  Line line;
  line.words.push_back({.text = "word", .box = box});
  line.box = box;
  line.baseline = box.y1 - 2;
  page.lines.push_back(line);
  page.images.push_back({.box = box, .name = ""});
  page.rules.push_back(box);
  page.fills.push_back(box);
  page.shapes.push_back(box);
  return page;
}

TEST(PageTurn, QuartersTakeEverythingAlong) {
  const Box box{10, 20, 110, 40};
  const Box turned[]{box, {560, 10, 580, 110}, {290, 560, 390, 580}, {20, 290, 40, 390}};
  for (int quarters = 0; quarters < 4; ++quarters) {
    SCOPED_TRACE(quarters);
    auto page = sample(box);
    turn(page, quarters, 0);
    EXPECT_EQ(page.quarter_turns, quarters);
    EXPECT_EQ(page.width, quarters % 2 == 0 ? 400 : 600);
    EXPECT_EQ(page.height, quarters % 2 == 0 ? 600 : 400);
    const auto& expected = turned[quarters];
    EXPECT_EQ(page.lines[0].words[0].box, expected);
    EXPECT_EQ(page.lines[0].box, expected);
    EXPECT_EQ(page.lines[0].baseline, quarters == 0 ? 38 : expected.y1);
    EXPECT_EQ(page.images[0].box, expected);
    EXPECT_EQ(page.rules[0], expected);
    EXPECT_EQ(page.fills[0], expected);
    EXPECT_EQ(page.shapes[0], expected);
    EXPECT_EQ(box_as_shown(page, expected), box);
    EXPECT_EQ(whole_as_shown(page), (Box{0, 0, 400, 600}));
  }
}

TEST(PageTurn, SkewTurnsClockwiseAboutTheMiddle) {
  // A box right of the middle goes down, by the sine of 2 degrees times 150.
  auto page = sample({340, 290, 360, 310});
  turn(page, 0, 2);
  EXPECT_EQ(page.skew, 2);
  EXPECT_EQ(page.width, 400);
  expect_near(page.lines[0].box, {339.91F, 295.23F, 359.91F, 315.23F});
  EXPECT_NEAR(page.lines[0].baseline, 313.23, 0.01);
}

TEST(PageTurn, IsUndoneForThePageAsShown) {
  const Box box{10, 20, 110, 40};
  for (int quarters = 0; quarters < 4; ++quarters) {
    auto page = sample(box);
    turn(page, quarters, -3);
    expect_near(box_as_shown(page, page.lines[0].box), box);
  }
}

}  // namespace
}  // namespace docket::engine
