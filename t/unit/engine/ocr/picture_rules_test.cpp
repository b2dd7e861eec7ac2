// Rules on pictures, and the tables of scanned pages that they divide.
#include "engine/ocr/picture_rules.h"

#include <gmock/gmock.h>

#include "document/media_type.h"
#include "engine/layout/layout.h"
#include "engine/model/rules.h"
#include "engine/pdf/readers_documents.h"
#include "engine/text/continuation.h"

namespace docket::engine::readers_test {
namespace {

using testing::FloatNear;

// A sheet at 150 dots an inch.
constexpr float points = 72.0F / 150;
constexpr PictureFrame sheet{.x0 = 0, .y0 = 0, .x_scale = points, .y_scale = points};

PixPtr bitmap() {
  return PixPtr(pixCreate(1240, 1754, 1));
}

void draw(const PixPtr& pix, int x0, int y0, int x1, int y1, int thickness = 2) {
  // In a 1-bit picture black is set, in others it is 0.
  pixRenderLine(pix.get(), x0, y0, x1, y1, thickness, pixGetDepth(pix.get()) == 1 ? L_SET_PIXELS : L_CLEAR_PIXELS);
}

void expect_near(const Box& box, const Box& expected) {
  EXPECT_THAT(box.x0, FloatNear(expected.x0, 2));
  EXPECT_THAT(box.y0, FloatNear(expected.y0, 2));
  EXPECT_THAT(box.x1, FloatNear(expected.x1, 2));
  EXPECT_THAT(box.y1, FloatNear(expected.y1, 2));
}

TEST(PictureRules, AreLongAndThin) {
  const auto pix = bitmap();
  draw(pix, 100, 300, 900, 300);
  draw(pix, 500, 400, 500, 800, 3);
  for (int x = 100; x < 900; x += 30) {
    draw(pix, x, 1000, x + 20, 1000, 4);  // strokes of letters
  }
  pixRasterop(pix.get(), 100, 1200, 400, 200, PIX_SET, nullptr, 0, 0);  // a picture
  const auto rules = picture_rules(*pix, sheet);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_TRUE(is_level(rules[0]));
  expect_near(rules[0], {48, 144, 432, 144});
  EXPECT_FALSE(is_level(rules[1]));
  expect_near(rules[1], {240, 192, 240, 384});
}

TEST(PictureRules, MayRiseALittle) {
  const auto pix = bitmap();
  draw(pix, 100, 300, 1100, 308);  // half a degree
  draw(pix, 100, 600, 1100, 700);  // that is no rule of a table
  const auto rules = picture_rules(*pix, sheet);
  ASSERT_EQ(rules.size(), 1U);
  expect_near(rules[0], {48, 146, 528, 146});
}

TEST(PictureRules, AreNoneInAHalftone) {
  const auto pix = bitmap();
  for (int y = 10; y < 1740; y += 4) {
    for (int x = 10; x < 1180; x += 60) {
      draw(pix, x, y, x + 45, y, 1);
    }
  }
  EXPECT_TRUE(picture_rules(*pix, sheet).empty());
}

TEST(PictureRules, DivideTablesOfScans) {
  constexpr int width = 1600;
  constexpr int height = 500;
  const auto picture = print({"Country", "Austria", "France"}, width, height);
  const auto add = [&](const std::vector<std::string>& column, int x) {
    const auto cells = print(column, width, height);
    pixRasterop(picture.get(), x, 0, width - x, height, PIX_SRC & PIX_DST, cells.get(), 0, 0);
  };
  add({"Exports", "125.3", "718.2"}, 400);
  add({"Year", "2001", "2002"}, 800);
  for (const int y : {120, 200, 280, 360}) {
    draw(picture, 80, y, 1280, y, 3);
  }
  for (const int x : {80, 480, 880, 1280}) {
    draw(picture, x, 120, x, 360, 3);
  }
  const auto page = lay_out(read_first(encoded(*picture, IFF_PNG), MediaType::png));
  ASSERT_EQ(page.blocks.size(), 1U);
  const auto& table = page.blocks[0];
  EXPECT_EQ(table.kind, BlockKind::table);
  std::vector<std::string> cells;
  for (const auto& cell : table.cells) {
    cells.push_back(engine::text_of(cell.lines));
  }
  EXPECT_THAT(
      cells, testing::ElementsAre("Country", "Exports", "Year", "Austria", "125.3", "2001", "France", "718.2", "2002"));
}

}  // namespace
}  // namespace docket::engine::readers_test
